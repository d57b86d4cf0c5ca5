import type { AddressKey, Inspector, KeyOwner, TenantNeighbour } from '@opendirsync/contracts'
import {
  addressKeys,
  checkObject,
  cloudCollisionFinding,
  duplicateFinding,
  suffixFinding
} from '@opendirsync/readiness'

/** What of the tenant and of the rules the checks depend on. */
export interface ReadinessFacts {
  /** In lower case; undefined: the tenant has not told them yet, and nothing is said of suffixes. */
  readonly verifiedDomains: ReadonlySet<string> | undefined
  /** With an alternate login ID, the attribute that people sign in with. */
  readonly signInAttribute: string
}

/** The checks of readiness as the store wants them. */
export function inspectorFor({ verifiedDomains, signInAttribute }: ReadinessFacts): Inspector {
  const settings = { signInAttribute, ...(verifiedDomains && { verifiedDomains }) }
  return {
    inspect(staged, objectType) {
      const findings = checkObject(staged, objectType, settings)
      const name = objectType === 'user' ? staged.attributes[signInAttribute]?.[0] : undefined
      const suffix =
        name === undefined || verifiedDomains === undefined
          ? undefined
          : suffixFinding(name, verifiedDomains, signInAttribute, findings)
      return {
        findings: suffix === undefined ? findings : [...findings, suffix],
        keys: addressKeys(staged, objectType, signInAttribute)
      }
    },
    shared(own, key, others) {
      const holders = others.flatMap(({ attributes, ...other }) =>
        attributes.map(attribute => ({ ...other, attribute }))
      )
      return duplicateFinding(own, key, holders)
    },
    taken: (own, key, neighbour) =>
      cloudCollisionFinding(key, { ...neighbour, matches: matches(own, key, neighbour) })
  }
}

/** As the exporter matches: users only, by user principal name and by primary address, where no anchor says otherwise. */
function matches(own: KeyOwner, { attribute }: AddressKey, neighbour: TenantNeighbour): boolean {
  return (
    own.objectType === 'user' &&
    neighbour.objectType === 'user' &&
    neighbour.immutableId === null &&
    (attribute === 'userPrincipalName' || attribute === 'mail')
  )
}
