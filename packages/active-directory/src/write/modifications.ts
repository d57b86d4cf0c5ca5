import type { AttributeModification } from '@opendirsync/ldap'
import type { Fix } from './fix.ts'

type Change = Pick<Fix, 'attribute' | 'from' | 'to'>

/**
 * One modify that takes exactly the old value away and adds the new one: the controller refuses the whole (noSuchAttribute
 * or attributeOrValueExists) when the attribute is no longer as it was, and other values stay untouched.
 *
 * AD compares without regard to case, so it takes the old value away in any spelling; and since that comes first, the
 * same value may follow in another spelling.
 */
export function conditional({ attribute, from, to }: Change): AttributeModification[] {
  return [
    ...(from === null ? [] : [{ operation: 'delete', attribute, values: [from] } as const]),
    ...(to === null ? [] : [{ operation: 'add', attribute, values: [to] } as const])
  ]
}

/** For attributes that must have a value at any moment, where a controller insists on it. */
export function replacing({ attribute, to }: Change): AttributeModification[] {
  return [{ operation: 'replace', attribute, values: to === null ? [] : [to] }]
}

export function inverse({ attribute, from, to }: Change): Change {
  return { attribute, from: to, to: from }
}
