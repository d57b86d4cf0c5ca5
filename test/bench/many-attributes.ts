import type { Company, DirectoryObject } from '@opendirsync/testing'

const peoplePerUnit = 500

/**
 * People with twenty attributes each, all of them read by the rules. Plainer than a company, and so made and loaded in
 * less time; values that a directory indexes differ from person to person, as they do in life.
 */
export function manyAttributes(count: number): Company {
  const domain = 'corp.example.test'
  const units = Math.ceil(count / peoplePerUnit)
  const root = 'OU=Many'
  return {
    domain,
    objects: [
      { kind: 'organizationalUnit', dn: root, attributes: {} },
      ...Array.from(
        { length: units },
        (_unused, unit): DirectoryObject => ({
          kind: 'organizationalUnit',
          dn: `OU=Unit ${unit},${root}`,
          attributes: {}
        })
      ),
      ...Array.from({ length: count }, (_unused, number) =>
        person(number, `OU=Unit ${number % units},${root}`, domain)
      )
    ]
  }
}

function person(number: number, unit: string, domain: string): DirectoryObject {
  const account = `person${number}`
  const mail = `${account}@${domain}`
  return {
    kind: 'user',
    dn: `CN=Person ${number},${unit}`,
    attributes: {
      sAMAccountName: account,
      userPrincipalName: mail,
      userAccountControl: '544',
      givenName: `Given${number}`,
      sn: `Family${number}`,
      displayName: `Given${number} Family${number}`,
      mail,
      proxyAddresses: [`SMTP:${mail}`, `smtp:p${number}@${domain}`],
      title: `Title ${number % 97}`,
      department: `Department ${number % 31}`,
      company: 'Aldermoor Instruments',
      employeeID: String(100_000 + number),
      physicalDeliveryOfficeName: `Office ${number % 211}`,
      streetAddress: `${number % 199} Long Street`,
      postalCode: String(10_000 + (number % 700)),
      l: `Town ${number % 53}`,
      st: `County ${number % 23}`,
      co: 'Portugal',
      c: 'PT',
      telephoneNumber: `+351 21 ${number}`
    }
  }
}
