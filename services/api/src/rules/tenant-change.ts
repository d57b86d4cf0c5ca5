import type { ObjectType, Problem, Rules } from '@opendirsync/contracts'
import { compareRules, type RuleChange } from '@opendirsync/rules'
import type { ScannedObject } from '@opendirsync/store'
import { type ValueChange, valueChanges } from '../value-changes.ts'

export const changeKinds = ['added', 'changed', 'deleted', 'blocked', 'unseen'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** What other rules would do to one object of the tenant. */
export interface TenantChange {
  readonly kind: ChangeKind
  readonly objectType: ObjectType
  /** Those that differ; all of what is added or deleted. */
  readonly attributes: readonly ValueChange[]
  /** Why it is left out, or what is wrong with it afterwards. */
  readonly problems: readonly Problem[]
}

/** Undefined: the rules differ in nothing for this object. */
export function tenantChange(before: Rules, after: Rules, scanned: ScannedObject): TenantChange | undefined {
  const change = compareRules(before, after, scanned)
  if (change === undefined) return undefined
  const { objectType, problems } = change
  return { objectType, problems, ...seenByTenant(change, scanned) }
}

/** A problem may have kept an object from the tenant, or as it is: what the tenant is to have now decides. */
function seenByTenant(
  { kind, before, after, partial }: RuleChange,
  { desired }: Pick<ScannedObject, 'desired'>
): Pick<TenantChange, 'kind' | 'attributes'> {
  if (kind === 'deleted') {
    if (desired === undefined) return { kind: 'unseen', attributes: [] }
    const gone = Object.entries(before ?? desired)
    return { kind, attributes: gone.map(([attribute, value]) => ({ attribute, before: value })) }
  }
  if (after === undefined) {
    const attributes = desired === undefined ? [] : valueChanges(desired, { ...desired, ...partial })
    return { kind: attributes.length === 0 ? kind : 'changed', attributes }
  }
  if (kind === 'added' && desired === undefined) return { kind, attributes: valueChanges({}, after) }
  const attributes = valueChanges(before ?? desired ?? {}, after)
  return { kind: attributes.length === 0 ? 'unseen' : 'changed', attributes }
}
