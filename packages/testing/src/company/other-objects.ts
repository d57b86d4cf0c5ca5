import { type DirectoryObject, rdn, rootOu } from './directory-object.ts'
import { companyName, departments, sites } from './organisation.ts'
import { enabledAccount } from './people.ts'

/** Parents before children. */
export function organizationalUnits(): DirectoryObject[] {
  const below = (parent: string, names: readonly string[]): DirectoryObject[] =>
    names.map(name => ({ kind: 'organizationalUnit', dn: rdn('OU', name, parent), attributes: {} }))
  const ofSites = below(
    rootOu,
    sites.map(({ name }) => name)
  )
  return [
    { kind: 'organizationalUnit', dn: rootOu, attributes: { description: companyName } },
    ...ofSites,
    ...ofSites.flatMap(({ dn }) =>
      below(
        dn,
        departments.map(({ name }) => name)
      )
    ),
    ...below(rootOu, ['Groups', 'Service Accounts', 'Contacts', 'Computers'])
  ]
}

const services = ['backup', 'monitoring', 'print', 'scanner', 'sql']

/** Accounts of programs: no mail, no manager, and a name that says what they are. */
export function serviceAccounts(count: number, domain: string): DirectoryObject[] {
  return services.slice(0, count).map(name => ({
    kind: 'user',
    dn: rdn('CN', `svc-${name}`, rdn('OU', 'Service Accounts', rootOu)),
    attributes: {
      sAMAccountName: `svc-${name}`,
      userPrincipalName: `svc-${name}@${domain}`,
      userAccountControl: enabledAccount,
      displayName: `Service: ${name}`,
      description: `Runs the ${name} service`
    }
  }))
}
export const mostServiceAccounts = services.length

export function contacts(): DirectoryObject[] {
  const companies = ['Harbour Logistics', 'Tidewater Audit', 'Moorland Catering']
  return companies.map((company, index) => {
    const mail = `desk${index + 1}@partner.example`
    return {
      kind: 'contact',
      dn: rdn('CN', `${company} (Partner)`, rdn('OU', 'Contacts', rootOu)),
      attributes: { displayName: `${company} (Partner)`, company, mail }
    }
  })
}

/** WORKSTATION_TRUST_ACCOUNT | PASSWD_NOTREQD */
const workstation = '4128'

export function computers(): DirectoryObject[] {
  return sites.flatMap((site, index) =>
    ['PC', 'NB'].map(kind => {
      const name = `${kind}-${site.countryAlpha2}-${String(index + 1).padStart(3, '0')}`
      return {
        kind: 'computer',
        dn: rdn('CN', name, rdn('OU', 'Computers', rootOu)),
        attributes: { sAMAccountName: `${name}$`, userAccountControl: workstation }
      }
    })
  )
}
