import { standardPrefixTable } from './prefix-table.ts'

/** The attributes that we ask for, by their object identifiers (MS-ADA1 to MS-ADA3). */
export const attributeOids = {
  objectClass: '2.5.4.0',
  isDeleted: '1.2.840.113556.1.2.48',
  adminDescription: '1.2.840.113556.1.2.226',
  // Asked for so that a renamed object is not left out of the changes, with a new name for nobody to see.
  name: '1.2.840.113556.1.4.1',
  userAccountControl: '1.2.840.113556.1.4.8',
  unicodePwd: '1.2.840.113556.1.4.90',
  pwdLastSet: '1.2.840.113556.1.4.96',
  objectSid: '1.2.840.113556.1.4.146',
  accountExpires: '1.2.840.113556.1.4.159',
  sAMAccountName: '1.2.840.113556.1.4.221',
  userPrincipalName: '1.2.840.113556.1.4.656'
} as const

export type AttributeName = keyof typeof attributeOids

const names = new Map<string, AttributeName>()
for (const [name, oid] of Object.entries(attributeOids)) if (isName(name)) names.set(oid, name)

function isName(name: string): name is AttributeName {
  return name in attributeOids
}

/** @returns undefined for an attribute that we never ask for */
export function attributeName(oid: string): AttributeName | undefined {
  return names.get(oid)
}

/** The partial attribute set in the numbers of the standard table, which a request without a table of its own means. */
export const partialAttributeSet: readonly number[] = attids(Object.keys(attributeOids))

/** The same without the secret one, for which "Replicating Directory Changes" is right enough. */
export const harmlessAttributeSet: readonly number[] = attids(['objectSid'])

function attids(wanted: readonly string[]): number[] {
  return wanted
    .filter(isName)
    .map(name => standardPrefixTable.attidOf(attributeOids[name]) ?? 0)
    .toSorted((one, other) => one - other)
}

const classNames: ReadonlyMap<string, string> = new Map([
  ['2.5.6.0', 'top'],
  ['2.5.6.5', 'organizationalUnit'],
  ['2.5.6.6', 'person'],
  ['2.5.6.7', 'organizationalPerson'],
  ['1.2.840.113556.1.3.23', 'container'],
  ['1.2.840.113556.1.3.30', 'computer'],
  ['1.2.840.113556.1.5.8', 'group'],
  ['1.2.840.113556.1.5.9', 'user'],
  ['1.2.840.113556.1.5.15', 'contact'],
  ['1.2.840.113556.1.5.264', 'msDS-ManagedServiceAccount'],
  ['1.2.840.113556.1.5.282', 'msDS-GroupManagedServiceAccount'],
  ['2.16.840.1.113730.3.2.2', 'inetOrgPerson']
])

/** The class's name where it matters for passwords, its object identifier otherwise. */
export function className(oid: string): string {
  return classNames.get(oid) ?? oid
}
