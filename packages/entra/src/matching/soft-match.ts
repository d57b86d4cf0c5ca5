import type { PendingExport, Problem, TenantReference, WriteOutcome } from '@opendirsync/contracts'
import type { ObjectContext } from '../objects/object-context.ts'
import { outcomeOf } from '../objects/outcome.ts'
import { matchByAnchor } from './hard-match.ts'
import type { MatchOptions } from './match-options.ts'
import {
  guest,
  otherAnchor,
  softMatchBlocked,
  synchronisedElsewhere,
  typeMismatch
} from './match-refusals.ts'
import { type WayOfMatching, waysOfMatching } from './soft-criteria.ts'
import { alone, takeOver } from './take-over.ts'
import { type TenantUser, userById } from './tenant-user.ts'

/**
 * A new user met a conflict with an object that does not have its anchor. It may be the same person's account, made in
 * the tenant before: then it is taken over.
 * @returns undefined when the object is nothing but in the way
 */
export async function matchSoftly(
  pending: PendingExport,
  { other, attribute }: { readonly other: TenantReference; readonly attribute: string | undefined },
  context: ObjectContext
): Promise<WriteOutcome | undefined> {
  const { entraId, type } = other
  if (type !== 'User') return { result: 'refused', problem: typeMismatch(other, attribute) }
  return alone(entraId, context, async () => {
    const user = await userById(entraId, context.send)
    if (user === undefined) return outcomeOf({ kind: 'missing' }, 'create')
    if (user.immutableId === pending.sourceAnchor) return matchByAnchor(pending, user, context)
    // Only an object that never was in the tenant. One that was has an identity there, and gets no other.
    const ways = pending.entraId === undefined ? waysOfMatching(pending, user) : []
    if (ways.length === 0) return undefined
    const problem = obstacle(user, ways, context.matching, attribute)
    if (problem !== undefined) return { result: 'refused', problem }
    const way = ways.find(({ option }) => context.matching[option] === 'allow')
    return takeOver(pending, { user, ...(way !== undefined && { by: way.by }) }, context)
  })
}

/** Why an account that a soft match finds may not be taken over. */
function obstacle(
  user: TenantUser,
  ways: readonly WayOfMatching[],
  matching: MatchOptions,
  attribute: string | undefined
): Problem | undefined {
  if (user.immutableId !== undefined) return otherAnchor(user, attribute)
  if (user.isSynchronised) return synchronisedElsewhere(user, attribute)
  if (user.isGuest) return guest(user, attribute)
  if (ways.some(({ option }) => matching[option] === 'allow')) return undefined
  return softMatchBlocked(user, ways.map(({ variable }) => variable).join(', '), attribute)
}
