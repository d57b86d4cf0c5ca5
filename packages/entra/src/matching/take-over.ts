import type {
  AttributeRecord,
  Match,
  PendingExport,
  WriteOperation,
  WriteOutcome
} from '@opendirsync/contracts'
import { withWholeValues } from '../difference.ts'
import { later, replicationMs, verdictOf } from '../errors.ts'
import { withoutAnchor } from '../objects/kinds.ts'
import type { ObjectContext } from '../objects/object-context.ts'
import { outcomeOf } from '../objects/outcome.ts'
import { privileged } from './match-refusals.ts'
import { privilegeOf } from './privilege.ts'
import type { TenantUser } from './tenant-user.ts'

export interface TakeOver {
  readonly user: TenantUser
  /** Undefined for an account that is ours. */
  readonly by?: Match['by']
  readonly operation?: WriteOperation
}

/**
 * Gives an account that exists all that is desired, the anchor first, in one request: either everything is written or
 * nothing is. Never to one that holds an administrator role.
 */
export async function takeOver(
  pending: PendingExport,
  { user, by, operation = 'adopt' }: TakeOver,
  context: ObjectContext
): Promise<WriteOutcome> {
  const { entraId, userPrincipalName } = user
  const privilege = await privilegeOf(entraId, context)
  if (privilege !== 'none') return { result: 'refused', problem: privileged(user, privilege) }

  const url = `/users/${entraId}`
  const outcome = outcomeOf(
    verdictOf(await context.send({ method: 'PATCH', url, body: everything(pending, user) })),
    operation,
    entraId
  )
  if (outcome.result !== 'written' || by === undefined) return outcome
  return { ...outcome, match: { by, entraId, ...(userPrincipalName !== undefined && { userPrincipalName }) } }
}

/**
 * Runs one take-over of an account at a time: whoever comes second looks at it after the first is done, and finds its
 * anchor there.
 */
export async function alone(
  entraId: string,
  { takingOver }: ObjectContext,
  run: () => Promise<WriteOutcome | undefined>
): Promise<WriteOutcome | undefined> {
  if (takingOver.has(entraId))
    return later('Another object is just taking over the same account.', replicationMs)
  takingOver.add(entraId)
  try {
    return await run()
  } finally {
    takingOver.delete(entraId)
  }
}

function everything({ desired, sourceAnchor }: PendingExport, { immutableId }: TenantUser): AttributeRecord {
  const rest = withoutAnchor(withWholeValues(desired))
  return immutableId === sourceAnchor ? rest : { onPremisesImmutableId: sourceAnchor, ...rest }
}
