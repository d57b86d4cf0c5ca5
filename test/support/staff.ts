import type { Company, DirectoryObject } from '@opendirsync/testing'

const unit = 'OU=Staff'

/** One person of many. */
export interface StaffMember {
  readonly number: number
  readonly attributes: Readonly<Record<string, string>>
}

/** People of one unit, each with the attributes that `attributesOf` gives to their number beside the usual ones. */
export function staff(
  count: number,
  attributesOf: (number: number) => Readonly<Record<string, string>>
): Company & { readonly people: readonly StaffMember[] } {
  const people = Array.from({ length: count }, (_unused, number): StaffMember => {
    const account = `staff${number}`
    const usual = {
      sAMAccountName: account,
      userPrincipalName: `${account}@corp.example.test`,
      displayName: `Staff ${number}`
    }
    return { number, attributes: { ...usual, ...attributesOf(number) } }
  })
  const objects = people.map(({ number, attributes }): DirectoryObject => {
    return { kind: 'user', dn: `CN=Staff ${number},${unit}`, attributes }
  })
  return {
    domain: 'corp.example.test',
    people,
    objects: [{ kind: 'organizationalUnit', dn: unit, attributes: {} }, ...objects]
  }
}
