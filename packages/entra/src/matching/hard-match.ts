import type { PendingExport, Problem, WriteOutcome } from '@opendirsync/contracts'
import { verdictOf } from '../errors.ts'
import type { ObjectContext } from '../objects/object-context.ts'
import { outcomeOf } from '../objects/outcome.ts'
import type { GraphRequest } from '../transport/graph-request.ts'
import type { MatchOptions } from './match-options.ts'
import { adminRoleConflict, hardMatchBlocked, synchronisedElsewhere } from './match-refusals.ts'
import { waysOfMatching } from './soft-criteria.ts'
import { takeOver } from './take-over.ts'
import { deletedUser, isOurs, type TenantUser, userById } from './tenant-user.ts'

/** The account has our anchor: we made it and were not told, or somebody else gave it the anchor. */
export async function matchByAnchor(
  pending: PendingExport,
  user: TenantUser,
  context: ObjectContext
): Promise<WriteOutcome> {
  if (isOurs(pending, user)) return takeOver(pending, { user }, context)
  const problem = obstacle(pending, user, context.matching)
  if (problem !== undefined) return { result: 'refused', problem }
  return takeOver(pending, { user, by: 'immutableId' }, context)
}

/**
 * The account that has our anchor is none that a search shows: it is in the tenant's bin, or not known everywhere yet.
 * Out of the bin it comes with its id and its links.
 */
export async function matchHidden(
  pending: PendingExport,
  entraId: string,
  context: ObjectContext
): Promise<WriteOutcome> {
  const user = await deletedUser(entraId, context.send)
  if (user === undefined) {
    const alive = await userById(entraId, context.send)
    return alive === undefined
      ? outcomeOf({ kind: 'missing' }, 'create')
      : matchByAnchor(pending, alive, context)
  }
  const ours = isOurs(pending, user)
  const problem = ours ? undefined : obstacle(pending, user, context.matching)
  if (problem !== undefined) return { result: 'refused', problem }

  const restored = verdictOf(await context.send(restoreRequest(entraId)))
  if (restored.kind !== 'done') return outcomeOf(restored, 'restore')
  const by = ours ? {} : { by: 'immutableId' as const }
  const outcome = await takeOver(pending, { user, operation: 'restore', ...by }, context)
  // Roles cannot be read in the bin. One that holds a role goes back to where it was.
  if (outcome.result === 'refused' && outcome.problem.code === adminRoleConflict)
    await context.send({ method: 'DELETE', url: `/users/${entraId}` })
  return outcome
}

/** Takes an object out of the tenant's bin. */
export function restoreRequest(entraId: string): GraphRequest {
  return { method: 'POST', url: `/directory/deletedItems/${entraId}/restore`, body: {} }
}

/**
 * Why somebody else's account that has our anchor may not be taken over. Blocking this way does not take away the other
 * ways: an account that a soft match would take over may have its anchor from one whose answer was lost.
 */
function obstacle(pending: PendingExport, user: TenantUser, matching: MatchOptions): Problem | undefined {
  if (user.isSynchronised) return synchronisedElsewhere(user, 'onPremisesImmutableId')
  const softly = waysOfMatching(pending, user).some(({ option }) => matching[option] === 'allow')
  return matching.hard === 'allow' || softly ? undefined : hardMatchBlocked(user)
}
