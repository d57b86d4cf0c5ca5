import type { ObjectGuid } from '@opendirsync/contracts'
import type { ClaimedObject } from './claim-staged.ts'
import type { Decision } from './decision.ts'
import type { ExportDecision } from './desire-objects.ts'

interface Decided {
  readonly object: ClaimedObject
  readonly decision: Decision
}

/** What the tenant should have of each object. An object of which nothing is to change has no decision here. */
export function exportDecisions(
  decided: readonly Decided[],
  entryIds: ReadonlyMap<ObjectGuid, string>
): ExportDecision[] {
  return decided.flatMap(({ object, decision }) => {
    const entryId = entryIds.get(object.objectGuid)
    return entryId === undefined ? [] : (exportDecision(entryId, object, decision) ?? [])
  })
}

function exportDecision(
  entryId: string,
  object: ClaimedObject,
  decision: Decision
): ExportDecision | undefined {
  const before = object.desired
  if (decision.outcome === 'failed') return undefined
  if (decision.outcome === 'out-of-scope') return { entryId, present: false, before }
  const anchorChanged = object.entryAnchor !== null && object.entryAnchor !== decision.sourceAnchor
  if (decision.export === undefined || decision.objectType === 'contact' || anchorChanged) {
    return stayDecision(entryId, before, decision.urgent)
  }
  const { objectType, sourceAnchor, export: attributes } = decision
  return { entryId, present: true, objectType, sourceAnchor, attributes, before }
}

/**
 * The object lives and cannot be exported as it is: what the tenant has of it stays, beside the urgent values. So a
 * delete that was decided and not written yet is taken back; an object in the bin waits there until it can be exported.
 */
function stayDecision(
  entryId: string,
  before: ClaimedObject['desired'],
  urgent: Extract<Decision, { outcome: 'projected' }>['urgent']
): ExportDecision | undefined {
  if (before === null || (!before.present && before.entraState !== 'present')) return undefined
  const { objectType, sourceAnchor } = before
  return {
    entryId,
    present: true,
    objectType,
    sourceAnchor,
    attributes: { ...before.attributes, ...urgent },
    before
  }
}
