import type { PendingExport, Problem, WriteOutcome } from '@opendirsync/contracts'
import { withWholeValues } from '../difference.ts'
import { later, replicationMs, verdictOf } from '../errors.ts'
import { matchByAnchor, matchHidden } from '../matching/hard-match.ts'
import { matchSoftly } from '../matching/soft-match.ts'
import { userWithAnchor } from '../matching/tenant-user.ts'
import { conflictingObjectsIn, refusalOf } from '../refusals.ts'
import type { Send } from '../transport/graph-request.ts'
import { blamesMail, idIn, kindOf, withoutAnchor } from './kinds.ts'
import type { ObjectContext } from './object-context.ts'
import { outcomeOf } from './outcome.ts'

/**
 * Creates the object, or takes over what is in the tenant already: what an earlier attempt has created that was not
 * confirmed (it leaves a conflict, or a timeout), or an account that is the same person's.
 */
export async function createObject(pending: PendingExport, context: ObjectContext): Promise<WriteOutcome> {
  const { send } = context
  const answer = await send(kindOf(pending).create(pending))
  if (answer.status === 201) return outcomeOf({ kind: 'done' }, 'create', idIn(answer))

  const verdict = verdictOf(answer)
  if (verdict.kind === 'done') return adoptUpserted(pending, send)
  if (pending.objectType !== 'user') return outcomeOf(verdict, 'create')
  const conflicts = verdict.kind === 'refused' && verdict.problem.code === 'object-conflict'
  // After a server's error nobody knows whether the user was made.
  if (!conflicts && answer.status < 500) return outcomeOf(verdict, 'create')

  const holder = await userWithAnchor(pending, send)
  if (holder !== undefined) return matchByAnchor(pending, holder, context)
  if (!conflicts) return outcomeOf(verdict, 'create')
  const [named] = conflictingObjectsIn(answer)
  if (named !== undefined && refusalOf(answer).attribute === kindOf(pending).anchor)
    return matchHidden(pending, named.entraId, context)
  return (await matchSoftly(pending, answer, context)) ?? createWithoutMail(pending, verdict.problem, send)
}

/** A person whose address somebody else has can do without it, and not without an account. The refusal stands. */
async function createWithoutMail(
  pending: PendingExport,
  problem: Problem,
  send: Send
): Promise<WriteOutcome> {
  const { mail, ...desired } = pending.desired
  const refused: WriteOutcome = { result: 'refused', problem }
  if (typeof mail !== 'string' || !blamesMail(problem.attribute)) return refused
  const answer = await send(kindOf(pending).create({ ...pending, desired }))
  const entraId = answer.status === 201 ? idIn(answer) : undefined
  return entraId === undefined ? refused : { ...refused, applied: desired, created: entraId }
}

/** Writes the whole desired state on an object of ours whose present state is not known. */
export async function writeEverything(
  pending: PendingExport,
  entraId: string,
  operation: 'adopt' | 'restore',
  send: Send
): Promise<WriteOutcome> {
  const url = `/${kindOf(pending).collection}/${entraId}`
  const body = withoutAnchor(withWholeValues(pending.desired))
  return outcomeOf(verdictOf(await send({ method: 'PATCH', url, body })), operation, entraId)
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
