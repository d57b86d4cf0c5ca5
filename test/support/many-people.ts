import type { Company, DirectoryObject } from '@opendirsync/testing'

/** Plain people in one unit, and a group of all of them. */
export function manyPeople(count: number): Company {
  const unit = 'OU=Many'
  const people = Array.from({ length: count }, (_unused, number): DirectoryObject => {
    const account = `person${number}`
    return {
      kind: 'user',
      dn: `CN=Person ${number},${unit}`,
      attributes: {
        sAMAccountName: account,
        userPrincipalName: `${account}@corp.example.test`,
        displayName: `Person ${number}`
      }
    }
  })
  const everybody: DirectoryObject = {
    kind: 'group',
    dn: `CN=Everybody of many,${unit}`,
    attributes: { sAMAccountName: 'everybody', groupType: String(0x80000002 | 0) },
    members: people.map(person => person.dn)
  }
  return {
    domain: 'corp.example.test',
    objects: [{ kind: 'organizationalUnit', dn: unit, attributes: {} }, ...people, everybody]
  }
}
