import type { PendingExport, WriteOperation, WriteOutcome } from '@opendirsync/contracts'
import { later, replicationMs, type Verdict, verdictOf } from '../errors.ts'
import { conflictingIdIn, refusalOf } from '../refusals.ts'
import type { Answer, GraphRequest, Send } from '../transport/graph-request.ts'
import { idIn, kindOf, withoutAnchor } from './kinds.ts'

/**
 * Creates the object, or takes it over when an earlier attempt has created it: one that was not confirmed leaves
 * a conflict (or a timeout) behind, and the anchor tells whether the other object is ours.
 */
export async function createObject(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  const answer = await send(kindOf(pending).create(pending))
  if (answer.status === 201) return outcomeOf({ kind: 'done' }, 'create', idIn(answer))

  const verdict = verdictOf(answer)
  if (verdict.kind === 'done') return adoptUpserted(pending, send)
  if (pending.objectType !== 'user') return outcomeOf(verdict, 'create')
  const conflicts = verdict.kind === 'refused' && verdict.problem.code === 'object-conflict'
  // After a server's error nobody knows whether the user was made.
  if (!conflicts && answer.status < 500) return outcomeOf(verdict, 'create')
  const ours =
    (await adopt(pending, send)) ?? (conflicts ? await resolveConflict(pending, answer, send) : undefined)
  return ours ?? outcomeOf(verdict, 'create')
}

/** Writes the whole desired state on an object whose present state is not known. */
export async function writeEverything(
  pending: PendingExport,
  entraId: string,
  operation: WriteOperation,
  send: Send
): Promise<WriteOutcome> {
  const url = `/${kindOf(pending).collection}/${entraId}`
  const verdict = verdictOf(await send({ method: 'PATCH', url, body: withoutAnchor(pending.desired) }))
  return outcomeOf(verdict, operation, entraId)
}

/** Takes an object out of the tenant's bin. It comes back with its id and its links. */
export function restoreRequest(entraId: string): GraphRequest {
  return { method: 'POST', url: `/directory/deletedItems/${entraId}/restore`, body: {} }
}

/** What a verdict on the object itself comes to. A missing one is taken for one that is not known everywhere yet. */
export function outcomeOf(verdict: Verdict, operation: WriteOperation, entraId?: string): WriteOutcome {
  switch (verdict.kind) {
    case 'done':
      return { result: 'written', operation, ...(entraId === undefined ? {} : { entraId }) }
    case 'refused':
      return { result: 'refused', problem: verdict.problem }
    case 'later':
      return later(verdict.reason, verdict.retryAfterMs, verdict.cause)
    default:
      return later('The object is not known everywhere yet.', replicationMs)
  }
}

/** The group was there, and has just been given all that is desired. Only its id is missing. */
async function adoptUpserted(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  const answer = await send(kindOf(pending).find(pending))
  const entraId = idIn(answer)
  const verdict = verdictOf(answer)
  if (verdict.kind === 'done' && entraId === undefined)
    return later('The group has no id yet.', replicationMs)
  return outcomeOf(verdict, 'adopt', entraId)
}

/** Undefined when no living object has our anchor. */
async function adopt(pending: PendingExport, send: Send): Promise<WriteOutcome | undefined> {
  const entraId = idIn(await send(kindOf(pending).find(pending)))
  return entraId === undefined ? undefined : writeEverything(pending, entraId, 'adopt', send)
}

/**
 * The conflict is with an object that a search for the anchor did not show: one in the bin that still holds the
 * anchor, one that is not known everywhere yet, or (undefined) somebody else's.
 */
async function resolveConflict(
  pending: PendingExport,
  conflict: Answer,
  send: Send
): Promise<WriteOutcome | undefined> {
  const owner = conflictingIdIn(conflict)
  if (owner === undefined) return undefined
  if (refusalOf(conflict).attribute === kindOf(pending).anchor) {
    const verdict = verdictOf(await send(restoreRequest(owner)))
    if (verdict.kind === 'done') return writeEverything(pending, owner, 'restore', send)
    if (verdict.kind !== 'missing') return outcomeOf(verdict, 'restore')
  }
  const verdict = verdictOf(await send({ method: 'GET', url: `/users/${owner}?$select=id` }))
  return verdict.kind === 'missing' ? outcomeOf(verdict, 'create') : undefined
}
