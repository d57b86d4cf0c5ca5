import { UnavailableError } from '@opendirsync/contracts'
import { partialAttributeSet } from './attributes.ts'
import { type CursorState, firstCursor, mergeUpToDate, readCursor, writeCursor } from './cursor.ts'
import { type DrsSession, understood } from './drs-session.ts'
import { dsnameOf, NULL_GUID } from './dsname.ts'
import { MalformedReplyError } from './malformed-reply-error.ts'
import type { Changes } from './read-changes.ts'
import { explainRefusal } from './refusals.ts'
import { forgetHashes } from './replicated-object.ts'
import type { ChangesRequest, ReplicationPage } from './replication.ts'
import { noUsn } from './replication-types.ts'

const DEFAULT_OBJECTS = 1000

/** Pages of changes, until the controller says that there are no more. */
export async function* replicateChanges(
  session: DrsSession,
  request: ChangesRequest
): AsyncGenerator<ReplicationPage, void> {
  const { namingContext, cursor } = request
  let state = cursor === undefined ? firstCursor(namingContext) : readCursor(cursor, namingContext)
  for (let more = true; more; ) {
    const { changes, restarted } = await nextChanges(session, state, request)
    const next = advance(state, changes)
    understood(session.server, () => checkProgress(state, next, changes))
    yield { objects: changes.objects, cursor: writeCursor(next), more: changes.moreData, restarted }
    more = changes.moreData
    state = next
  }
}

/**
 * A high-watermark means something to the controller that gave it only. When another one answers, it is asked again
 * without: not all of them notice by themselves.
 */
async function nextChanges(
  session: DrsSession,
  state: CursorState,
  request: ChangesRequest
): Promise<{ changes: Changes; restarted: boolean }> {
  const changes = await ask(session, state, request)
  if (state.invocationId === NULL_GUID || state.invocationId === changes.invocationId) {
    return { changes, restarted: false }
  }
  forgetHashes(changes.objects)
  const { invocationId } = changes
  const again = await ask(session, { ...state, invocationId, from: noUsn }, request)
  if (again.invocationId === invocationId) return { changes: again, restarted: true }
  forgetHashes(again.objects)
  throw new UnavailableError(
    'active-directory',
    `${session.server} has changed its identity twice in a row, as after a restore. It will be retried.`
  )
}

async function ask(
  session: DrsSession,
  { namingContext, invocationId, from, upToDate }: CursorState,
  { maxObjects = DEFAULT_OBJECTS, signal }: ChangesRequest
): Promise<Changes> {
  const reply = await session.getChanges(
    {
      object: dsnameOf({ dn: namingContext }),
      single: false,
      invocationId,
      from,
      upToDate,
      maxObjects,
      attributes: partialAttributeSet
    },
    signal
  )
  if (reply.changes !== undefined) return reply.changes
  throw await explainRefusal(session, { code: reply.returnCode, object: { dn: namingContext } }, signal)
}

/** After the last page all that the controller knows counts as known, its own changes among it. */
function advance(state: CursorState, { invocationId, to, upToDate, moreData }: Changes): CursorState {
  const { namingContext } = state
  if (moreData) return { namingContext, invocationId, from: to, upToDate: state.upToDate }
  const told = [...upToDate, { invocationId, usn: to.highPropUpdate }]
  return { namingContext, invocationId, from: to, upToDate: mergeUpToDate(state.upToDate, told) }
}

/** Links come in pages of their own, during which the mark stands still. */
function checkProgress(state: CursorState, next: CursorState, changes: Changes): void {
  const { moreData, objects, linkCount } = changes
  if (!moreData || objects.length > 0 || linkCount > 0) return
  if (state.invocationId === next.invocationId && sameMark(state, next)) {
    throw new MalformedReplyError('it says that there is more, and sends nothing')
  }
}

function sameMark({ from: one }: CursorState, { from: other }: CursorState): boolean {
  return one.highObjUpdate === other.highObjUpdate && one.highPropUpdate === other.highPropUpdate
}
