import { RefusedError, resultCode } from '../errors.ts'
import type { Fix } from './fix.ts'
import type { Target } from './target.ts'

/** Result codes (RFC 4511 appendix A) of a modify that is about values. */
export const valueCode = {
  noSuchAttribute: 16,
  constraintViolation: 19,
  attributeOrValueExists: 20,
  invalidAttributeSyntax: 21
} as const

const referral = 10
const objectClassViolation = 65

/** The controller keeps a copy that cannot be written (MS-ADTS section 3.1.1.5.3: it refers to one that can be). */
export function isReadOnlyController(error: unknown): boolean {
  return error instanceof RefusedError && error.resultCode === referral
}

/** A missing right, in words that lead to it. */
export function missingRight({ attribute }: Fix, { dn, isProtected }: Target): string {
  const right = `The service account may not write ${attribute} of ${dn}.`
  if (!isProtected)
    return `${right} Grant it "Write ${attribute}" there, or above with inheritance, and ask again.`
  return (
    `${right} The object is protected (adminCount=1): AdminSDHolder resets its rights every hour, and inherited ones do ` +
    'not count. Change it by hand as a domain administrator, or grant the right on CN=AdminSDHolder,CN=System.'
  )
}

/** What a refused modify means, in words. The server's own are kept: its message has the details. */
export function refusalOf({ message, resultCode: code }: RefusedError, fix: Fix, { dn }: Target): string {
  const value = fix.to === null ? 'the change' : `"${fix.to}"`
  return `Active Directory does not take ${value} as ${fix.attribute} of ${dn}: ${reasonOf(fix, code, message)} ${message}`
}

function reasonOf({ attribute }: Fix, code: number, message: string): string {
  // 0x21C8: ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST (MS-ERREF section 2.2).
  if (/\b000021c8\b/i.test(message) || (code === valueCode.constraintViolation && /in use/i.test(message))) {
    return `another object of the forest has this ${attribute}; choose another value.`
  }
  if (code === resultCode.entryAlreadyExists) {
    return `another object of the domain has this ${attribute}; choose another value.`
  }
  if (code === valueCode.noSuchAttribute) {
    return `the schema has no ${attribute}, or the value is gone; look at the object.`
  }
  if (code === valueCode.attributeOrValueExists)
    return 'the attribute has a value already; look at the object.'
  if (code === valueCode.constraintViolation || code === valueCode.invalidAttributeSyntax) {
    return 'it is too long, or has a character that is not allowed there.'
  }
  if (code === objectClassViolation)
    return 'an object of this class must have a value there, or can have none.'
  return 'look at what the controller says.'
}
