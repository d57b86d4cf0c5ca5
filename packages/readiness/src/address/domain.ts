import { domainToASCII } from 'node:url'
import { parse } from 'tldts'
import { isAscii } from '../characters.ts'

/** RFC 1035 section 2.3.4: a label has 63 characters at most. */
const labelMaxLength = 63

/** Suffixes of the public list that no one can own a domain under (RFC 8375, RFC 7686). */
const notForOwners = new Set(['home.arpa', 'arpa', 'onion'])

interface Judged {
  readonly wellFormed: boolean
  readonly routable: boolean
}

/** A directory has few domains and many addresses. */
const judged = new Map<string, Judged>()
const mostJudged = 5000

/** Labels of letters, digits and hyphens with periods between, two of them at least. `xn--` labels are such labels. */
export function isWellFormedDomain(domain: string): boolean {
  return judge(domain).wellFormed
}

/** Whether someone could own the domain: it lies below a suffix of the public suffix list. `.local` and `.internal` do not. */
export function isRoutableDomain(domain: string): boolean {
  return judge(domain).routable
}

function judge(domain: string): Judged {
  const known = judged.get(domain)
  if (known !== undefined) return known
  const wellFormed = hasGoodLabels(domain)
  const verdict = { wellFormed, routable: wellFormed && hasOwner(domain) }
  if (judged.size >= mostJudged) judged.clear()
  judged.set(domain, verdict)
  return verdict
}

function hasGoodLabels(domain: string): boolean {
  const labels = domain.length > 255 ? [] : domain.split('.')
  return (
    labels.length > 1 &&
    labels.every(
      label =>
        label.length <= labelMaxLength &&
        /^[A-Za-z0-9-]+$/.test(label) &&
        !label.startsWith('-') &&
        !label.endsWith('-')
    )
  )
}

function hasOwner(domain: string): boolean {
  const found = parse(domain.toLowerCase(), {
    extractHostname: false,
    validateHostname: false,
    detectIp: false
  })
  return found.isIcann === true && found.domain !== null && !notForOwners.has(found.publicSuffix ?? '')
}

/** The domain without what cannot be in one; undefined when no domain is left. */
export function mendDomain(domain: string): string | undefined {
  const mended = domain
    .replaceAll(/[^A-Za-z0-9.-]/g, '')
    .split('.')
    .map(withoutOuterHyphens)
    .filter(label => label !== '')
    .join('.')
  return isWellFormedDomain(mended) ? mended : undefined
}

/** The domain as DNS has it (RFC 5891): `müller.de` is `xn--mller-kva.de`. Undefined when it has no such form. */
export function domainInAscii(domain: string): string | undefined {
  if (isAscii(domain)) return domain
  const encoded = domainToASCII(domain)
  return encoded === '' ? undefined : encoded
}

/** The DNS name of the domain that a distinguished name ends in; undefined when it has no `DC=` parts. */
export function domainOfDn(dn: string): string | undefined {
  const parts = [...dn.matchAll(/(?:^|,)\s*dc=([^,\\]+)/gi)].map(([, label]) => label?.trim() ?? '')
  return parts.length === 0 ? undefined : parts.join('.').toLowerCase()
}

function withoutOuterHyphens(label: string): string {
  let from = 0
  let to = label.length
  while (label[from] === '-') from++
  while (to > from && label[to - 1] === '-') to--
  return label.slice(from, to)
}
