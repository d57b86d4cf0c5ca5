import {
  type AttributeRecord,
  type PendingExport,
  type Problem,
  UnavailableError,
  type WriteOutcome
} from '@opendirsync/contracts'
import { type Verdict, verdictOf } from '../errors.ts'
import { privilegeOf } from '../matching/privilege.ts'
import { mostLeftOut, refusedName } from './kinds.ts'
import type { ObjectContext } from './object-context.ts'
import { isSensitive, withoutSensitive } from './sensitive-attributes.ts'
import { privilegedAccount } from './tell-apart.ts'

/** A change of an object that the tenant has, and why it was refused. */
interface RefusedChange {
  readonly entraId: string
  readonly url: string
  readonly body: AttributeRecord
  readonly problem: Problem
}

/**
 * One value that the tenant refuses keeps back nothing else of the object, above all not that a leaver is disabled. The
 * first refusal stands.
 */
export async function leaveOutRefused(
  pending: PendingExport,
  change: RefusedChange,
  context: ObjectContext
): Promise<WriteOutcome> {
  if (change.problem.code === 'permission-missing') return leaveOutSensitive(pending, change, context)
  const refused: WriteOutcome = { result: 'refused', problem: change.problem }
  let [rest, attribute] = [change.body, change.problem.attribute]
  for (let leftOut = 0; leftOut < mostLeftOut; leftOut += 1) {
    rest = without(rest, attribute)
    if (Object.keys(rest).length === 0) return refused
    const verdict = await attempt(change.url, rest, context)
    if (verdict.kind === 'done') return { ...refused, applied: picked(pending.desired, Object.keys(rest)) }
    if (verdict.kind !== 'refused') return refused
    attribute = verdict.problem.attribute
  }
  return refused
}

/** The refusal names neither a value nor a cause. Of a privileged account all but the sensitive values can be written. */
async function leaveOutSensitive(
  pending: PendingExport,
  { entraId, url, body, problem }: RefusedChange,
  context: ObjectContext
): Promise<WriteOutcome> {
  const sensitive = Object.keys(body).filter(isSensitive)
  if (pending.objectType !== 'user' || sensitive.length === 0) return { result: 'refused', problem }
  const privileged: WriteOutcome = {
    result: 'refused',
    problem: privilegedAccount(`changed in ${sensitive.join(', ')}`, sensitive[0])
  }
  const rest = withoutSensitive(body)
  if (Object.keys(rest).length === 0)
    return (await privilegeOf(entraId, context)) === 'holds-role'
      ? privileged
      : { result: 'refused', problem }
  const verdict = await attempt(url, rest, context)
  if (verdict.kind === 'done') return { ...privileged, applied: picked(pending.desired, Object.keys(rest)) }
  if (verdict.kind !== 'refused') return { result: 'refused', problem }
  return verdict.problem.code === 'permission-missing' ? { result: 'refused', problem } : privileged
}

/** @throws UnavailableError when Graph cannot say now; the whole change is made again */
async function attempt(url: string, body: AttributeRecord, { send }: ObjectContext): Promise<Verdict> {
  const verdict = verdictOf(await send({ method: 'PATCH', url, body }))
  if (verdict.kind === 'later') throw new UnavailableError('entra', verdict.reason)
  return verdict
}

/** Where the refusal names none of the values, only what must not wait is left. */
function without(body: AttributeRecord, blamed: string | undefined): AttributeRecord {
  const names = Object.keys(body)
  const refused = refusedName(body, blamed)
  if (refused !== undefined)
    return picked(
      body,
      names.filter(name => name !== refused)
    )
  return names.length > 1 && body.accountEnabled === false ? { accountEnabled: false } : {}
}

function picked(record: AttributeRecord, names: readonly string[]): AttributeRecord {
  return Object.fromEntries(names.map(name => [name, record[name] ?? null]))
}
