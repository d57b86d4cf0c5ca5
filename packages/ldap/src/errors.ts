import type { LdapResult } from './protocol/messages.ts'

/** What can go wrong between us and an LDAP server, each named by what happened. */
export abstract class LdapError extends Error {}

/** The URL cannot be used: it is none of LDAP's, or the password would travel in the clear. */
export class AddressError extends LdapError {
  override readonly name = 'AddressError'
  readonly problem: 'not-ldap' | 'in-the-clear'

  constructor(problem: 'not-ldap' | 'in-the-clear', message: string) {
    super(message)
    this.problem = problem
  }
}

/** A name without a password: the server would let us in, as nobody (RFC 4513 section 5.1.2). */
export class MissingPasswordError extends LdapError {
  override readonly name = 'MissingPasswordError'
}

/** The CA file cannot be read, or the server's certificate is not signed by it, has expired or is of another name. */
export class CertificateError extends LdapError {
  override readonly name = 'CertificateError'
}

/** The other end does not speak TLS, or not the one that we ask for. */
export class TlsError extends LdapError {
  override readonly name = 'TlsError'
}

/** The connection broke, or never came about. Everything on it has failed; connect again. */
export class ConnectionLostError extends LdapError {
  override readonly name: string = 'ConnectionLostError'
}

/** The connection was closed from this side. */
export class ConnectionClosedError extends ConnectionLostError {
  override readonly name = 'ConnectionClosedError'
}

/** The server was silent for too long. It costs the one operation; the connection lives on. */
export class TimedOutError extends LdapError {
  override readonly name = 'TimedOutError'
}

/** The server answered with another code than success. */
export class ResultError extends LdapError {
  override readonly name: string = 'ResultError'
  /** `host:port`. */
  readonly server: string
  /** What was tried: `read CN=…`. */
  readonly action: string
  readonly result: LdapResult

  constructor(server: string, action: string, result: LdapResult) {
    const { code, diagnostic } = result
    super(`${server} answered ${code}${diagnostic === '' ? '' : ` (${diagnostic})`} to ${action}.`)
    this.server = server
    this.action = action
    this.result = result
  }
}

/** The server refused to start TLS (RFC 4511 section 4.14.2). */
export class StartTlsRefusedError extends ResultError {
  override readonly name = 'StartTlsRefusedError'
}

/** The server refused the logon. */
export class BindRefusedError extends ResultError {
  override readonly name = 'BindRefusedError'
}

/** Bytes that are not the BER that LDAP allows (RFC 4511 section 5.1). The connection is of no more use. */
export class MalformedMessageError extends LdapError {
  override readonly name = 'MalformedMessageError'
}

/** A filter's text is not one of RFC 4515. */
export class FilterSyntaxError extends LdapError {
  override readonly name = 'FilterSyntaxError'
}
