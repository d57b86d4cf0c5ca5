import type { ClaimedObject } from './claim-staged.ts'
import { type Decided, keepsAnchor } from './decide-entries.ts'
import type { Decision } from './decision.ts'
import type { ExportDecision } from './desire-objects.ts'

/** What the tenant should have of each object. An object of which nothing is to change has no decision here. */
export function exportDecisions(decided: readonly Decided[]): ExportDecision[] {
  return decided.flatMap(({ object, decision }) =>
    object.entryId === null || decision === undefined
      ? []
      : (exportDecision(object.entryId, object, decision) ?? [])
  )
}

function exportDecision(
  entryId: string,
  object: ClaimedObject,
  decision: Decision
): ExportDecision | undefined {
  const before = object.desired
  if (decision.outcome === 'failed') return undefined
  if (decision.outcome === 'out-of-scope') return { entryId, present: false, before }
  if (decision.export === undefined || decision.objectType === 'contact' || !keepsAnchor(object, decision)) {
    return stayDecision(entryId, before, partOf(object, decision))
  }
  const sourceAnchor = object.entryAnchor ?? decision.anchors[0] ?? ''
  return {
    entryId,
    present: true,
    objectType: decision.objectType,
    sourceAnchor,
    attributes: decision.export,
    before
  }
}

/** Of an object that is held back for another reason than its values: who is disabled must not stay enabled. */
function partOf(
  object: ClaimedObject,
  decision: Extract<Decision, { outcome: 'projected' }>
): typeof decision.partial {
  const { export: whole, partial } = decision
  if (whole === undefined && keepsAnchor(object, decision)) return partial
  return (whole ?? partial)?.accountEnabled === false ? { accountEnabled: false } : undefined
}

/**
 * The object lives and cannot be exported as it is: what the tenant has of it stays, beside the part that can be. So a
 * delete that was decided and not written yet is taken back; an object in the bin waits there until it can be exported.
 */
export function stayDecision(
  entryId: string,
  before: ClaimedObject['desired'],
  partial: Extract<Decision, { outcome: 'projected' }>['partial']
): ExportDecision | undefined {
  if (before === null || (!before.present && before.entraState !== 'present')) return undefined
  const { objectType, sourceAnchor } = before
  return {
    entryId,
    present: true,
    objectType,
    sourceAnchor,
    attributes: { ...before.attributes, ...partial },
    before
  }
}
