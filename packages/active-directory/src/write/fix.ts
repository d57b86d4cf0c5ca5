import type { ObjectGuid, ProposedFix } from '@opendirsync/contracts'
import { isGuid } from '../decode/guid.ts'

/** One value of one attribute of one object, to be changed in AD. */
export interface Fix extends Pick<ProposedFix, 'action' | 'attribute' | 'from' | 'to'> {
  readonly objectGuid: ObjectGuid
}

/**
 * What fixes may write, in lower case, and whether the attribute has one value (MS-ADA1 to MS-ADA3). Whoever could slip a
 * fix into the database must not get at anything that grants rights.
 */
const fixable: ReadonlyMap<string, 'one' | 'many'> = new Map([
  ['displayname', 'one'],
  ['givenname', 'one'],
  ['mail', 'one'],
  ['mailnickname', 'one'],
  ['proxyaddresses', 'many'],
  ['samaccountname', 'one'],
  ['sn', 'one'],
  ['targetaddress', 'one'],
  ['userprincipalname', 'one']
])

/** They are part of the distinguished name, which only a rename changes. */
const naming = new Set(['cn', 'name', 'ou', 'dc', 'distinguishedname'])

export function hasOneValue(attribute: string): boolean {
  return fixable.get(attribute.toLowerCase()) !== 'many'
}

/** Why the fix is never written, whatever the directory holds; `undefined`: it may be tried. */
export function fixFault({ objectGuid, attribute, action, from, to }: Fix): string | undefined {
  const name = attribute.toLowerCase()
  if (!isGuid(objectGuid)) return 'It names no object: an objectGUID is needed.'
  if (naming.has(name)) {
    return `${attribute} is part of the object's distinguished name. Rename the object in Active Directory instead.`
  }
  if (!fixable.has(name))
    return `${attribute} is not among the attributes that fixes may write. Change it by hand.`
  if (from === to) return 'It changes nothing: the old and the new value are the same.'
  if (to === '') return 'Active Directory keeps no empty values. Clear the attribute instead.'
  if (!isWhole({ action, from, to })) {
    return `It is not whole: ${action} needs ${needs[action]}. Ask for the fix anew.`
  }
  return undefined
}

const needs: Readonly<Record<Fix['action'], string>> = {
  replace: 'an old or a new value',
  'add-value': 'a new value only',
  'remove-value': 'an old value only',
  clear: 'an old value only'
}

function isWhole({ action, from, to }: Pick<Fix, 'action' | 'from' | 'to'>): boolean {
  if (action === 'replace') return from !== null || to !== null
  return action === 'add-value' ? from === null && to !== null : from !== null && to === null
}
