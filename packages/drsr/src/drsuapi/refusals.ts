import { SetupError } from '@opendirsync/contracts'
import { harmlessAttributeSet } from './attributes.ts'
import { nameFormat } from './crack-names.ts'
import type { DrsSession } from './drs-session.ts'
import { dsnameOf, NULL_GUID } from './dsname.ts'
import { forgetHashes } from './replicated-object.ts'
import { noUsn } from './replication-types.ts'
import { refusalOf, returnCode } from './return-codes.ts'

export type Sought = { readonly dn: string } | { readonly objectGuid: string }

export interface Refusal {
  readonly code: number
  readonly object: Sought
}

/** What a refused replication means; two more questions find out which right is missing, or that there is no such object. */
export async function explainRefusal(
  session: DrsSession,
  { code, object }: Refusal,
  signal: AbortSignal | undefined
): Promise<Error> {
  const subject = 'dn' in object ? object.dn : object.objectGuid
  const refused = code === returnCode.accessDenied || code === returnCode.replicationAccessDenied
  // Windows answers "no such object" also to those who may not know.
  const hidden = code === returnCode.badDn
  if (!refused && !hidden) return refusalOf(code, { server: session.server, subject })
  const dn = await distinguishedName(session, object, signal)
  if (hidden && dn === undefined) return refusalOf(code, { server: session.server, subject })
  const namingContext = domainOf(dn ?? subject)
  const mayReadTheRest = await mayReadWhatIsNotSecret(session, namingContext, signal)
  return missingRight(session.server, { code, namingContext, mayReadTheRest })
}

/** The name of an object that is there; undefined when there is none. */
export async function distinguishedName(
  session: DrsSession,
  object: Sought,
  signal: AbortSignal | undefined
): Promise<string | undefined> {
  const desired = nameFormat.distinguishedName
  const [cracked] =
    'dn' in object
      ? await session.crackNames({ offered: nameFormat.distinguishedName, desired }, [object.dn], signal)
      : await session.crackNames({ offered: nameFormat.guid, desired }, [`{${object.objectGuid}}`], signal)
  return cracked?.status === 0 && cracked.name !== null ? cracked.name : undefined
}

/** The DC parts at the end of a name. They are the root of the naming context of a domain. */
function domainOf(dn: string): string {
  return /(?:^|,)(DC=[^,]*(?:,DC=[^,]*)*)$/i.exec(dn)?.[1] ?? 'the root of the domain'
}

async function mayReadWhatIsNotSecret(
  session: DrsSession,
  namingContext: string,
  signal: AbortSignal | undefined
): Promise<boolean> {
  const { changes } = await session.getChanges(
    {
      object: dsnameOf({ dn: namingContext }),
      single: false,
      invocationId: NULL_GUID,
      from: noUsn,
      upToDate: [],
      maxObjects: 1,
      attributes: harmlessAttributeSet
    },
    signal
  )
  forgetHashes(changes?.objects ?? [])
  return changes !== undefined
}

/** The extended rights (MS-ADTS section 5.1.3.2.1) that reading password hashes takes, as Windows shows them. */
const GET_CHANGES = '"Replicating Directory Changes"'
const GET_CHANGES_ALL = '"Replicating Directory Changes All"'

interface Missing {
  readonly code: number
  readonly namingContext: string
  /** Whether the same account is answered when it asks for nothing secret. */
  readonly mayReadTheRest: boolean
}

function missingRight(server: string, { code, namingContext, mayReadTheRest }: Missing): SetupError {
  const rights = mayReadTheRest ? GET_CHANGES_ALL : `${GET_CHANGES} and ${GET_CHANGES_ALL}`
  return new SetupError(
    'ad-replication-rights',
    `${server} refuses to replicate passwords (${code}): grant the service account ${rights} on ${namingContext}.`
  )
}
