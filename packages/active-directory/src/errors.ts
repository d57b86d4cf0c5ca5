import { CookieRefusedError, PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'
import { MalformedMessageError } from './ber/malformed-message-error.ts'
import type { LdapResult } from './protocol/messages.ts'

/** Result codes (RFC 4511 appendix A) that callers decide by. */
export const resultCode = {
  success: 0,
  operationsError: 1,
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

const cookieCodes = new Set<number>([
  resultCode.operationsError,
  resultCode.unavailableCriticalExtension,
  resultCode.unwillingToPerform
])

const tlsVersionFaults = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'EPROTO'])

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

/** What a failure of the socket, the handshake or the bytes means. Errors that are ours pass unchanged. */
export function connectionError(server: string, error: unknown): Error {
  if (error instanceof SetupError || error instanceof UnavailableError) return error
  const options = { cause: error }
  const code = codeOf(error)
  const text = error instanceof Error && error.message !== '' ? error.message : code
  if (isCertificateFault(code)) {
    return new SetupError(
      'ad-certificate',
      `The certificate of ${server} is not trusted (${text}): check the CA file and the server name.`,
      options
    )
  }
  if (tlsVersionFaults.has(code)) {
    return new SetupError(
      'ad-tls',
      `${server} does not speak TLS as expected (${code}): check the port and whether it is LDAPS or StartTLS.`,
      options
    )
  }
  const fault =
    error instanceof MalformedMessageError ? `sent something that is not LDAP: ${text}` : `failed: ${text}`
  return new UnavailableError(
    'active-directory',
    `The connection to ${server} ${fault}. It will be retried.`,
    options
  )
}

/** The server refused to start TLS (RFC 4511 section 4.14.2). */
export function startTlsFault(code: number, diagnostic: string): Error {
  if (unavailableCodes.has(code)) return new UnavailableError('active-directory', `StartTLS: ${diagnostic}`)
  return new SetupError(
    'ad-tls',
    `The server refuses StartTLS (${code} ${diagnostic}): give it a certificate.`
  )
}

export function timeoutError(server: string, action: string, timeoutMs: number): Error {
  return new UnavailableError(
    'active-directory',
    `${server} did not answer to ${action} within ${timeoutMs} ms. It will be retried.`
  )
}

function credentialsFault(server: string, diagnostic: string): SetupError {
  const subCode = /\bdata ([0-9a-f]+)/i.exec(diagnostic)?.[1]?.toLowerCase() ?? ''
  const fault = logonFaults[subCode] ?? 'check the bind name and the password'
  return new SetupError('ad-credentials', `${server} refuses the logon: ${fault}.`)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return String(error.code)
}

function isCertificateFault(code: string): boolean {
  return (
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET|HOSTNAME_MISMATCH|INVALID_CA/.test(code) ||
    code.startsWith('ERR_OSSL_PEM') ||
    code.startsWith('ERR_OSSL_X509')
  )
}
