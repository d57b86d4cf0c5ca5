import type { DirectoryConnection, RootDse } from '@opendirsync/active-directory'
import { type ConnectorScope, linkAttributes } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import { readinessAttributes } from '@opendirsync/readiness'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { attributesRead } from '../attributes-read.ts'

/** What every import of one domain needs. */
export interface DirectoryImporter {
  readonly connector: string
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  /** The rules in force. */
  readonly rules: () => Promise<RulesOfRevision>
  /** Import what the account may read, instead of using the right to replicate. */
  readonly objectSecurity: boolean
}

/** A domain controller that an import reads from. */
export interface Source {
  readonly connection: DirectoryConnection
  readonly rootDse: RootDse
  readonly namingContext: string
}

/** Large ones, which the checks look at where something else has asked for them. */
const notAskedFor: readonly string[] = ['thumbnailPhoto', 'userCertificate', 'userSMIMECertificate']
const checkedAttributes = readinessAttributes.filter(name => !notAskedFor.includes(name))

/** What is asked of the directory, and so what counts as a change: what the rules, the checks and the scope read, and the links. */
export async function importedAttributes(
  { rules }: Pick<DirectoryImporter, 'rules'>,
  scope: ConnectorScope | undefined
): Promise<readonly string[]> {
  return attributesRead((await rules()).rules.sourceAttributes, scope, [
    ...linkAttributes,
    ...checkedAttributes
  ])
}
