import { CookieRefusedError, PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'
import {
  AddressError,
  BindRefusedError,
  CertificateError,
  ConnectionClosedError,
  FilterSyntaxError,
  LdapError,
  type LdapResult,
  MalformedMessageError,
  ResultError,
  StartTlsRefusedError,
  TlsError
} from '@opendirsync/ldap'

/** Result codes (RFC 4511 appendix A) that callers decide by. */
export const resultCode = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  strongerAuthRequired: 8,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  entryAlreadyExists: 68
} as const

/** The directory understood and said no; the same request would be refused again. */
export class RefusedError extends PermanentError {
  /** RFC 4511 appendix A; see `resultCode`. */
  readonly resultCode: number

  constructor(message: string, code: number) {
    super(message)
    this.resultCode = code
  }
}

/** Sub-codes of code 49, Win32 errors in hexadecimal, as Active Directory puts them in `data …`. */
const logonFaults: Readonly<Record<string, string>> = {
  '525': 'there is no such account: check the bind name',
  '52e': 'the name or the password is wrong: correct them',
  '530': 'the account may not log on at this hour: lift its logon hours',
  '531': 'the account may not log on from this machine: lift its workstation list',
  '532': 'the password has expired: set a new one, and let it not expire',
  '533': 'the account is disabled: enable it',
  '701': 'the account has expired: remove its expiry date',
  '773': 'the password must be changed at first logon: set it, and clear that flag',
  '775': 'the account is locked: unlock it, and see who uses a wrong password'
}

const unavailableCodes = new Set<number>([
  3, // timeLimitExceeded
  resultCode.adminLimitExceeded,
  resultCode.busy,
  resultCode.unavailable
])

/**
 * Samba answers a cookie that it cannot read with 12 (dirsync.c); Windows was seen to answer 53 and 1. A control
 * that cannot be decoded is a protocolError, and nothing in it but the cookie differs from one search to the next.
 * A cookie of another domain controller of the same domain is mostly taken, and may bring everything once more.
 */
const cookieCodes = new Set<number>([
  resultCode.operationsError,
  resultCode.protocolError,
  resultCode.unavailableCriticalExtension,
  resultCode.unwillingToPerform
])

/** What a failed operation means. `action` says what was tried: `read CN=…`. */
export function resultError(server: string, action: string, { code, diagnostic }: LdapResult): Error {
  const answer = `${server} answered ${code}${diagnostic === '' ? '' : ` (${diagnostic})`} to ${action}`
  if (code === resultCode.invalidCredentials) return credentialsFault(server, diagnostic)
  if (code === resultCode.strongerAuthRequired) {
    return new SetupError('ad-tls', `${answer}: it asks for TLS, so use ldaps:// or StartTLS.`)
  }
  if (code === resultCode.insufficientAccessRights) {
    return new SetupError('ad-permissions', `${answer}: grant the service account the right to do that.`)
  }
  if (unavailableCodes.has(code))
    return new UnavailableError('active-directory', `${answer}. It will be retried.`)
  return new RefusedError(`${answer}.`, code)
}

/** What a failed bind means. Neither name nor password is repeated. */
export function bindError(server: string, result: LdapResult): Error {
  if (result.code === resultCode.invalidDnSyntax || result.code === resultCode.noSuchObject) {
    return credentialsFault(server, 'data 525')
  }
  return resultError(server, 'the logon', result)
}

/** What a failed DirSync search means; a cookie that was sent is suspected first. */
export function dirSyncError(
  server: string,
  namingContext: string,
  hasCookie: boolean,
  result: LdapResult
): Error {
  if (result.code === resultCode.insufficientAccessRights) {
    return new SetupError(
      'ad-permissions',
      `${server} refuses DirSync on ${namingContext}: grant the service account "Replicating Directory Changes" ` +
        'there, and check that this is the root of a naming context.'
    )
  }
  if (hasCookie && cookieCodes.has(result.code)) {
    return new CookieRefusedError(
      `${server} does not continue ${namingContext} from this cookie ` +
        `(${result.code} ${result.diagnostic}): run a full import.`
    )
  }
  return resultError(server, `DirSync on ${namingContext}`, result)
}

/**
 * What an error of the LDAP package means to us: the one place that knows both. Other errors pass unchanged.
 * @param server `host:port`, for errors that do not know it
 */
export function directoryError(server: string, error: unknown): Error {
  if (error instanceof ResultError) return refusal(error)
  if (error instanceof AddressError) return addressFault(error)
  if (error instanceof CertificateError) return setup('ad-certificate', error)
  if (error instanceof TlsError) return setup('ad-tls', error)
  if (error instanceof FilterSyntaxError) return new PermanentError(error.message, { cause: error })
  if (error instanceof ConnectionClosedError) return unavailable(error.message, error)
  if (error instanceof MalformedMessageError) {
    return unavailable(
      `${server} sent something that is not LDAP: ${error.message}. It will be retried.`,
      error
    )
  }
  if (error instanceof LdapError) return unavailable(`${error.message} It will be retried.`, error)
  return error instanceof Error ? error : new Error(String(error))
}

function refusal(error: ResultError): Error {
  const { server, action, result } = error
  if (error instanceof BindRefusedError) return bindError(server, result)
  if (error instanceof StartTlsRefusedError) return startTlsFault(server, result)
  return resultError(server, action, result)
}

function addressFault(error: AddressError): SetupError {
  if (error.problem === 'in-the-clear') return setup('ad-tls', error)
  const message = 'The Active Directory address must look like ldaps://dc1.corp.example.com.'
  return new SetupError('ad-address', message, { cause: error })
}

function setup(code: string, cause: LdapError): SetupError {
  return new SetupError(code, cause.message, { cause })
}

function unavailable(message: string, cause: LdapError): UnavailableError {
  return new UnavailableError('active-directory', message, { cause })
}

/** The server refused to start TLS (RFC 4511 section 4.14.2). */
function startTlsFault(server: string, { code, diagnostic }: LdapResult): Error {
  if (unavailableCodes.has(code)) {
    return new UnavailableError('active-directory', `${server} cannot start TLS now (${code} ${diagnostic}).`)
  }
  return new SetupError(
    'ad-tls',
    `${server} refuses StartTLS (${code} ${diagnostic}): give it a certificate, or use ldaps://.`
  )
}

function credentialsFault(server: string, diagnostic: string): SetupError {
  const subCode = /\bdata ([0-9a-f]+)/i.exec(diagnostic)?.[1]?.toLowerCase() ?? ''
  const fault = logonFaults[subCode] ?? 'check the bind name and the password'
  return new SetupError('ad-credentials', `${server} refuses the logon: ${fault}.`)
}
