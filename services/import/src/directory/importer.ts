import type { DirectoryConnection, RootDse } from '@opendirsync/active-directory'
import { type ConnectorScope, linkAttributes } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { attributesRead } from '../attributes-read.ts'

/** What every import of one domain needs. */
export interface DirectoryImporter {
  readonly connector: string
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  /** Import what the account may read, instead of using the right to replicate. */
  readonly objectSecurity: boolean
}

/** A domain controller that an import reads from. */
export interface Source {
  readonly connection: DirectoryConnection
  readonly rootDse: RootDse
  readonly namingContext: string
}

/** What is asked of the directory, and so what counts as a change: what the rules and the scope read, and the links. */
export function importedAttributes(scope: ConnectorScope | undefined): readonly string[] {
  return attributesRead(scope, linkAttributes)
}
