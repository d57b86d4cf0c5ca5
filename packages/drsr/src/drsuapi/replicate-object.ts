import { PermanentError } from '@opendirsync/contracts'
import { partialAttributeSet } from './attributes.ts'
import type { DrsSession } from './drs-session.ts'
import { dsnameOf, NULL_GUID } from './dsname.ts'
import { distinguishedName, explainRefusal, type Sought } from './refusals.ts'
import { forgetHashes, type ReplicatedObject } from './replicated-object.ts'
import { noUsn } from './replication-types.ts'
import { returnCode } from './return-codes.ts'

/** EXOP_ERR_SUCCESS (MS-DRSR section 4.1.10.2.21). */
const EXTENDED_SUCCESS = 1
/** ERROR_DS_OBJ_NOT_FOUND and ERROR_DS_DRA_BAD_DN. */
const notFound = new Set<number>([8333, returnCode.badDn])

/** One object with EXOP_REPL_OBJ; undefined when there is none. */
export async function replicateObject(
  session: DrsSession,
  object: Sought,
  signal: AbortSignal | undefined
): Promise<ReplicatedObject | undefined> {
  const reply = await session.getChanges(
    {
      object: dsnameOf(object),
      single: true,
      invocationId: NULL_GUID,
      from: noUsn,
      upToDate: [],
      maxObjects: 1,
      attributes: partialAttributeSet
    },
    signal
  )
  if (reply.changes === undefined) {
    const { returnCode: code } = reply
    if (notFound.has(code) && (await distinguishedName(session, object, signal)) === undefined)
      return undefined
    throw await explainRefusal(session, { code, object }, signal)
  }
  const { objects, extendedResult } = reply.changes
  if (extendedResult !== EXTENDED_SUCCESS) {
    forgetHashes(objects)
    throw new PermanentError(
      `${session.server} does not replicate the one object that was asked for (extended result ${extendedResult}): ` +
        "see the controller's event log."
    )
  }
  const [found, ...others] = objects
  forgetHashes(others)
  return found
}
