import {
  type PendingExport,
  type Problem,
  type TenantReference,
  UnavailableError,
  type WriteOutcome
} from '@opendirsync/contracts'
import { verdictOf } from '../errors.ts'
import { conflictingObject } from '../matching/conflicting-object.ts'
import { matchByAnchor, matchHidden } from '../matching/hard-match.ts'
import { matchSoftly } from '../matching/soft-match.ts'
import { userWithAnchor } from '../matching/tenant-user.ts'
import { conflictingObjectsIn, valueInUse } from '../refusals.ts'
import type { Answer, Send } from '../transport/graph-request.ts'
import { idIn, kindOf, mostLeftOut, refusedName } from './kinds.ts'
import type { ObjectContext } from './object-context.ts'
import { outcomeOf } from './outcome.ts'
import { upsertGroup } from './upsert-group.ts'

/**
 * Creates the object, or takes over what is in the tenant already: what an earlier attempt has created that was not
 * confirmed (it leaves a conflict, or a timeout), or an account that is the same person's.
 */
export async function createObject(pending: PendingExport, context: ObjectContext): Promise<WriteOutcome> {
  if (pending.objectType !== 'user') return upsertGroup(pending, context.send)
  const answer = await created(pending, context.send)
  if (answer.status === 201) return outcomeOf({ kind: 'done' }, 'create', idIn(answer))

  const verdict = verdictOf(answer)
  const conflicts = verdict.kind === 'refused' && verdict.problem.code === 'object-conflict'
  if (verdict.kind === 'refused' && !conflicts) return createWithout(pending, verdict.problem, context.send)
  // After a server's error nobody knows whether the user was made.
  if (!conflicts && answer.status < 500) return outcomeOf(verdict, 'create')

  const holder = await userWithAnchor(pending, context.send)
  if (holder !== undefined) return matchByAnchor(pending, holder, context)
  if (!conflicts) return outcomeOf(verdict, 'create')
  const { problem } = verdict
  const [named] = conflictingObjectsIn(answer)
  if (named !== undefined && problem.attribute === kindOf(pending).anchor)
    return matchHidden(pending, named.entraId, context)
  return matchOrGoWithout(
    pending,
    { problem, other: await conflictingObject(pending, answer, context.send) },
    context
  )
}

/** The object that stands in the way is the same person's account, or it is told of. */
async function matchOrGoWithout(
  pending: PendingExport,
  { problem, other }: { readonly problem: Problem; readonly other: TenantReference | undefined },
  context: ObjectContext
): Promise<WriteOutcome> {
  if (other === undefined) return createWithout(pending, problem, context.send)
  const { attribute } = problem
  const matched = await matchSoftly(pending, { other, attribute }, context)
  if (matched !== undefined) return matched
  const told = problem.conflictsWith === undefined ? valueInUse(attribute, [other]) : problem
  return createWithout(pending, told, context.send)
}

/** Without an answer it may have been made. It is for the anchor to tell, which no two users can have. */
const unanswered: Answer = { status: 504, headers: {}, body: undefined }

async function created(pending: PendingExport, send: Send): Promise<Answer> {
  try {
    return await send(kindOf(pending).create(pending))
  } catch (error) {
    if (error instanceof UnavailableError) return unanswered
    throw error
  }
}

/** What no user is made without. */
const required: ReadonlySet<string> = new Set([
  'accountEnabled',
  'displayName',
  'mailNickname',
  'onPremisesImmutableId',
  'userPrincipalName'
])

/**
 * A person can do without a value that the tenant refuses, such as an address that somebody else has, and not without an
 * account. The first refusal stands.
 */
async function createWithout(pending: PendingExport, problem: Problem, send: Send): Promise<WriteOutcome> {
  const refused: WriteOutcome = { result: 'refused', problem }
  let [desired, blamed] = [pending.desired, problem.attribute]
  for (let leftOut = 0; leftOut < mostLeftOut; leftOut += 1) {
    const name = refusedName(desired, blamed)
    if (name === undefined || required.has(name)) return refused
    const { [name]: _refused, ...rest } = desired
    desired = rest
    const answer = await send(kindOf(pending).create({ ...pending, desired }))
    const entraId = answer.status === 201 ? idIn(answer) : undefined
    if (entraId !== undefined) return { ...refused, applied: desired, created: entraId }
    const verdict = verdictOf(answer)
    if (verdict.kind !== 'refused') return refused
    blamed = verdict.problem.attribute
  }
  return refused
}
