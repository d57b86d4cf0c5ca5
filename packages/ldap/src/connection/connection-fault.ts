import {
  CertificateError,
  ConnectionLostError,
  LdapError,
  MalformedMessageError,
  TlsError
} from '../errors.ts'

const tlsVersionFaults = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'EPROTO'
])

/** What a failure of the socket, the handshake or the bytes means. Errors that are ours already pass unchanged. */
export function connectionFault(server: string, error: unknown): LdapError {
  const options = { cause: error }
  if (error instanceof MalformedMessageError) {
    const message = `The connection to ${server} sent something that is not LDAP: ${error.message}.`
    return new ConnectionLostError(message, options)
  }
  if (error instanceof LdapError) return error
  const code = codeOf(error)
  const text = error instanceof Error && error.message !== '' ? error.message : code
  if (isCertificateFault(code)) {
    const message = `The certificate of ${server} is not trusted (${text}): check the CA file and the server name.`
    return new CertificateError(message, options)
  }
  if (tlsVersionFaults.has(code)) {
    const advice = 'check the port and whether it is LDAPS or StartTLS'
    return new TlsError(`${server} does not speak TLS as expected (${code}): ${advice}.`, options)
  }
  return new ConnectionLostError(`The connection to ${server} failed: ${text}.`, options)
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
