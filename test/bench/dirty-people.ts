import type { DirectoryChange } from '@opendirsync/contracts'

type Values = Readonly<Record<string, readonly string[]>>

/** One fault each, of those that directories have. */
const faults: readonly ((account: string, index: number) => Values)[] = [
  account => ({ userPrincipalName: [`${account} x@example.com`] }),
  account => ({ userPrincipalName: [`${account}@corp.local`] }),
  account => ({ mail: [`${account}.@example.com`] }),
  account => ({ proxyAddresses: [`SMTP:${account}@example.com`, `SMTP:${account}.2@example.com`] }),
  account => ({ proxyAddresses: [`smtp:${account}<x>@example.com`] }),
  () => ({ displayName: [' Somebody '] }),
  account => ({ mailNickname: [`.${account}`] }),
  account => ({ givenName: [`${account} `.repeat(20)] }),
  // Two neighbours of one number have the same address.
  (_account, index) => ({ mail: [`shared.${Math.floor(index / 400)}@example.com`] }),
  account => ({ targetAddress: [`${account}@example.com`] })
]
const oneIn = 20

/** People with the numbers `from` to `to`, of whom one in 20 has a fault. */
export function dirtyPeople(from: number, to: number, namingContext: string): DirectoryChange[] {
  return Array.from({ length: to - from }, (_unused, offset) => person(from + offset, namingContext))
}

function person(index: number, namingContext: string): DirectoryChange {
  const account = `person.${index}`
  const fault = index % oneIn === 0 ? faults[(index / oneIn) % faults.length] : undefined
  return {
    objectGuid: `${scattered(index)}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    dn: `CN=${account},OU=People,${namingContext}`,
    objectClass: 'user',
    objectSid: `S-1-5-21-1-2-3-${index + 1_000}`,
    complete: true,
    state: 'present',
    links: [],
    attributes: {
      sAMAccountName: [account],
      userPrincipalName: [`${account}@example.com`],
      mail: [`${account}@example.com`],
      mailNickname: [account],
      proxyAddresses: [`SMTP:${account}@example.com`, `smtp:${account}.old@example.com`],
      displayName: [`Person ${index}`],
      givenName: ['Person'],
      sn: [`Number ${index}`],
      userAccountControl: ['512'],
      department: ['Analysis'],
      title: ['Analyst'],
      telephoneNumber: ['+1 555 0100'],
      ...fault?.(account, index)
    }
  }
}

/** Directories give out objectGUIDs in no order. */
function scattered(index: number): string {
  return (Math.imul(index + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0')
}
