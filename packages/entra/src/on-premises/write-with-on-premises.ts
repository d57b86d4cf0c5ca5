import type { AttributeRecord, PendingExport, Problem, WriteOutcome } from '@opendirsync/contracts'
import { difference } from '../difference.ts'
import { verdictOf } from '../errors.ts'
import { exportProblem } from '../export-problem.ts'
import type { ObjectContext } from '../objects/object-context.ts'
import { outcomeOf } from '../objects/outcome.ts'
import { writeObject } from '../objects/write-object.ts'
import type { Send } from '../transport/graph-request.ts'
import { onPremisesOf, withoutOnPremises } from './attributes.ts'

type Refused = Extract<WriteOutcome, { result: 'refused' }>

/**
 * Writes an object, and what only the beta version of Graph writes of it in a request of its own, so that nothing which
 * is refused there holds the rest back. Where that version is not used the values are left out, and not waited for.
 *
 * A new object gets them with the next turn: by then it is known everywhere, and what it is has been written down.
 */
export async function writeWithOnPremises(
  pending: PendingExport,
  context: ObjectContext
): Promise<WriteOutcome> {
  const values = onPremisesOf(pending.desired)
  if (Object.keys(values).length === 0 || !pending.desiredPresent) return writeObject(pending, context)
  const core = withoutOnPremises(pending)
  const outcome = await writeObject(core, context)
  if (outcome.result === 'later') return outcome
  const { sendBeta } = context
  if (sendBeta === undefined) return withApplied(outcome, core.desired)
  if (isNew(outcome)) return { ...withApplied(outcome, core.desired), remains: true }
  return writeRest(pending, { outcome, values, written: core.desired }, sendBeta)
}

function isNew(outcome: WriteOutcome): outcome is Extract<WriteOutcome, { result: 'written' }> {
  return outcome.result === 'written' && ['create', 'adopt', 'restore'].includes(outcome.operation)
}

function withApplied<Outcome extends WriteOutcome>(outcome: Outcome, applied: AttributeRecord): Outcome {
  return outcome.result === 'written' ? { ...outcome, applied } : outcome
}

interface Rest {
  readonly outcome: Exclude<WriteOutcome, { result: 'later' }>
  readonly values: AttributeRecord
  /** What Graph 1.0 has been told. */
  readonly written: AttributeRecord
}

async function writeRest(
  pending: PendingExport,
  { outcome, values, written }: Rest,
  sendBeta: Send
): Promise<WriteOutcome> {
  const { entraId } = pending
  const isOurs = entraId !== undefined && pending.entraState === 'present'
  const isFrozen = outcome.result === 'refused' && outcome.problem.code === 'source-anchor-changed'
  const changes = difference(values, pending.exported)
  if (!isOurs || isFrozen || Object.keys(changes).length === 0) return outcome

  const rest = await writeValues(`/users/${entraId}`, changes, sendBeta)
  if (rest.result === 'later') return outcome.result === 'refused' ? outcome : rest
  if (outcome.result === 'refused') return withTaken(outcome, values, rest.taken)
  if (rest.problem === undefined) return { ...outcome, operation: 'update' }
  return withTaken({ result: 'refused', problem: rest.problem, applied: written }, values, rest.taken)
}

function withTaken(outcome: Refused, values: AttributeRecord, taken: readonly string[]): Refused {
  if (taken.length === 0) return outcome
  return { ...outcome, applied: { ...outcome.applied, ...picked(values, taken) } }
}

type Written =
  | { readonly result: 'answered'; readonly taken: readonly string[]; readonly problem?: Problem }
  | Extract<WriteOutcome, { result: 'later' }>

/** One value that is refused keeps back none of the others. The first refusal is told. */
async function writeValues(url: string, changes: AttributeRecord, sendBeta: Send): Promise<Written> {
  let body = changes
  let problem: Problem | undefined
  for (;;) {
    const verdict = verdictOf(await sendBeta({ method: 'PATCH', url, body }))
    const told = problem === undefined ? {} : { problem }
    if (verdict.kind === 'done') return { result: 'answered', taken: Object.keys(body), ...told }
    if (verdict.kind !== 'refused') {
      const outcome = outcomeOf(verdict, 'update')
      if (outcome.result === 'later') return outcome
      throw new TypeError(`A user has no references to write here (${verdict.kind}).`)
    }
    problem ??= explained(verdict.problem)
    const { attribute } = verdict.problem
    const left = Object.keys(body).filter(name => name !== attribute)
    if (left.length === 0 || attribute === undefined || !(attribute in body))
      return { result: 'answered', taken: [], problem }
    body = picked(body, left)
  }
}

function explained(problem: Problem): Problem {
  if (problem.code !== 'permission-missing' && problem.code !== 'privileged-account') return problem
  return exportProblem({
    code: 'on-premises-attributes-refused',
    message:
      'The application may not write the on-premises attributes of this user. It needs User.ReadWrite.All and the role User Administrator or Hybrid Identity Administrator, and a higher one for accounts that hold administrator roles. Or set ONPREMISES_ATTRIBUTES to off.'
  })
}

function picked(record: AttributeRecord, names: readonly string[]): AttributeRecord {
  return Object.fromEntries(names.map(name => [name, record[name] ?? null]))
}
