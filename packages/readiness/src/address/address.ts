import { isRoutableDomain, isWellFormedDomain } from './domain.ts'

/** `name@domain`, at the last @. Without one, all of it is the name. */
export function localPart(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? address : address.slice(0, at)
}

export function domainPart(address: string): string | undefined {
  const at = address.lastIndexOf('@')
  return at < 0 ? undefined : address.slice(at + 1)
}

/** The address with another name. */
export function withLocalPart(address: string, local: string | undefined): string | undefined {
  if (local === undefined || local === '') return undefined
  const at = address.lastIndexOf('@')
  return at < 0 ? local : local + address.slice(at)
}

export function withDomainPart(address: string, domain: string | undefined): string | undefined {
  return domain === undefined ? undefined : `${localPart(address)}@${domain}`
}

export function hasMisplacedPeriod(name: string): boolean {
  return name.startsWith('.') || name.endsWith('.') || name.includes('..')
}

export function withoutMisplacedPeriods(name: string): string {
  return name
    .split('.')
    .filter(part => part !== '')
    .join('.')
}

/**
 * Whether an address is one that nothing is ever wrong with: short, plain letters and digits with single periods, underscores
 * and hyphens between, and a domain that someone can own. Most are, so this is asked first.
 */
export function isPlainAddress(address: string, maxLength = 112): boolean {
  if (address.length > maxLength) return false
  const at = address.indexOf('@')
  if (at < 1 || at > 64) return false
  const domain = address.slice(at + 1)
  return domain.length <= 48 && isPlainName(address.slice(0, at)) && isRoutableDomain(domain)
}

/** Letters, digits and `_ -` with single periods between; begins with a letter or digit. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*$/.test(name)
}

/** An address that the tenant takes: RFC 5322's dot-atom (section 3.2.3), and a domain. */
export function isAddress(address: string): boolean {
  const at = address.indexOf('@')
  return (
    at > 0 &&
    address.length <= 256 &&
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(address.slice(0, at)) &&
    !hasMisplacedPeriod(address.slice(0, at)) &&
    isWellFormedDomain(address.slice(at + 1))
  )
}
