import { isAddress } from '../address/address.ts'
import { bodyOf, isEmptyValue, isPrimary, isSmtp } from '../address/prefixed.ts'
import { everything, type Found, first, nothing, type ObjectCheck, type Subject } from '../check.ts'

const attributes = ['proxyAddresses']
const objectTypes = everything

/** C/tshoot-connect-sync-errors: about 300 are safe; 311 to 332 were measured. */
const mostAddresses = 300

/** What is wrong with the values of proxyAddresses together, and with mail beside them. */
export const addressList: readonly ObjectCheck[] = [
  {
    code: 'empty-value',
    attributes: ['proxyAddresses', 'targetAddress'],
    objectTypes,
    severity: 'error',
    idfix: 'Blank',
    why: 'One of the values is empty, or has nothing behind its prefix.',
    mends: 'the value is removed',
    find: emptyValues
  },
  {
    code: 'duplicate-in-object',
    attributes,
    objectTypes,
    severity: 'warning',
    idfix: 'Duplicate',
    why: 'The object has the value twice (upper and lower case are the same, in the prefix too).',
    mends: 'the second is removed; of an SMTP address the one that is not primary',
    find: subject => repeated(values(subject)).map(removed)
  },
  {
    code: 'several-primaries',
    attributes,
    objectTypes,
    severity: 'error',
    idfix: 'Format',
    why: 'Only one address can be the primary one (SMTP: in upper case).',
    mends: '`smtp:` for all but the one that is in mail; none where mail has none of them',
    find: severalPrimaries
  },
  {
    code: 'no-primary',
    attributes,
    objectTypes,
    severity: 'warning',
    idfix: 'Format',
    why: 'There are addresses, and none of them is the primary one (SMTP: in upper case).',
    mends: '`SMTP:` for the one that is in mail; else the address in mail is added',
    find: noPrimary
  },
  {
    code: 'too-many-values',
    attributes,
    objectTypes,
    severity: 'warning',
    idfix: 'Length',
    why: `The object has more than ${mostAddresses} addresses; somewhere above that the tenant refuses the whole object. Remove old ones.`,
    find: subject =>
      values(subject).length > mostAddresses ? [{ value: `${values(subject).length} values` }] : nothing
  },
  {
    code: 'mail-not-primary',
    attributes: ['mail'],
    objectTypes,
    severity: 'warning',
    idfix: 'MailMatch',
    why: 'The mail attribute has another address than the primary one of proxyAddresses. Exchange shows the primary one, the tenant may get the other.',
    mends: 'the primary address',
    find: mailNotPrimary
  }
]

function values(subject: Subject): readonly string[] {
  return subject.attributes.proxyAddresses ?? []
}

function emptyValues(subject: Subject): readonly Found[] {
  const target = subject.attributes.targetAddress?.slice(0, 1).filter(isEmptyValue) ?? []
  const proxies = values(subject).filter(isEmptyValue)
  if (target.length + proxies.length === 0) return nothing
  return [
    ...proxies.map(removed),
    ...target.map(value => ({ ...removed(value), attribute: 'targetAddress' }))
  ]
}

function removed(value: string): Found {
  return { value, fix: { action: 'remove-value', from: value, to: null, confidence: 'certain' } }
}

/** Of each set of equal values all but the one to keep. */
function repeated(list: readonly string[]): readonly string[] {
  if (list.length < 2) return nothing as readonly never[]
  const kept = new Map<string, string>()
  const dropped: string[] = []
  for (const value of list) {
    const key = value.trim().toLowerCase()
    const other = kept.get(key)
    if (other === undefined || key === '') kept.set(key, value)
    else if (isPrimary(value.trim()) && !isPrimary(other.trim())) {
      kept.set(key, value)
      dropped.push(other)
    } else dropped.push(value)
  }
  return dropped
}

function severalPrimaries(subject: Subject): readonly Found[] {
  const primaries = values(subject).filter(value => isPrimary(value.trim()) && !isEmptyValue(value))
  if (primaries.length < 2) return nothing
  const kept = primaries.find(value => isMail(subject, value))
  if (kept === undefined) return primaries.map(value => ({ value }))
  return primaries
    .filter(value => value !== kept)
    .map(value => ({
      value,
      fix: {
        action: 'replace',
        from: value,
        to: `smtp:${bodyOf(value.trim()).trim()}`,
        confidence: 'certain'
      }
    }))
}

function noPrimary(subject: Subject): readonly Found[] {
  const addresses = values(subject).filter(value => isSmtp(value.trim()) && !isEmptyValue(value))
  const one = addresses[0]
  if (one === undefined || addresses.some(value => isPrimary(value.trim()))) return nothing
  const chosen = addresses.find(value => isMail(subject, value))
  const mail = first(subject, 'mail') ?? ''
  if (chosen !== undefined) {
    const to = `SMTP:${bodyOf(chosen).trim()}`
    return [{ value: chosen, fix: { action: 'replace', from: chosen, to, confidence: 'certain' } }]
  }
  if (!isAddress(mail)) return [{ value: one }]
  return [{ value: one, fix: { action: 'add-value', from: null, to: `SMTP:${mail}`, confidence: 'guess' } }]
}

function mailNotPrimary(subject: Subject): readonly Found[] {
  const mail = first(subject, 'mail')
  if (mail === undefined) return nothing
  const primaries = values(subject).filter(isPrimary)
  const primary = primaries[0]
  if (primary === undefined || primaries.length > 1 || isEmptyValue(primary) || isMail(subject, primary))
    return nothing
  const to = bodyOf(primary).trim()
  const from = subject.attributes.mail?.[0] ?? ''
  return [
    isAddress(to)
      ? { value: from, fix: { action: 'replace', from, to, confidence: 'guess' } }
      : { value: from }
  ]
}

function isMail(subject: Subject, value: string): boolean {
  return bodyOf(value.trim()).trim().toLowerCase() === first(subject, 'mail')?.toLowerCase()
}
