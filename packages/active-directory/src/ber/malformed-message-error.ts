/** Bytes that are not the BER that LDAP allows (RFC 4511 section 5.1). The connection is of no more use. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError'
}
