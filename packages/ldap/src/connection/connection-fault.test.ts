import { describe, expect, it } from 'vitest'
import {
  CertificateError,
  ConnectionLostError,
  LdapError,
  MalformedMessageError,
  TimedOutError,
  TlsError
} from '../errors.ts'
import { connectionFault } from './connection-fault.ts'

const coded = (code: string) => Object.assign(new Error(code.toLowerCase()), { code })

describe('a failed connection', () => {
  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID'
  ])('for %s is a matter of the certificate', code => {
    expect(connectionFault('dc1:636', coded(code))).toBeInstanceOf(CertificateError)
  })

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH'])(
    'for %s is a lost one, and says so',
    code => {
      const error = connectionFault('dc1:636', coded(code))
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error.message).toBe(`The connection to dc1:636 failed: ${code.toLowerCase()}.`)
    }
  )

  it.each(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'])(
    'for %s is a matter of the port or the version',
    code => {
      expect(connectionFault('dc1:636', coded(code))).toBeInstanceOf(TlsError)
    }
  )

  it('names the server when it talks nonsense', () => {
    const error = connectionFault('dc1:636', new MalformedMessageError('a message must be a SEQUENCE'))
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error.message).toContain('dc1:636 sent something that is not LDAP: a message must be a SEQUENCE')
  })

  it('keeps an error that is ours, and takes anything that was thrown', () => {
    const error = new TimedOutError('too long')
    expect(connectionFault('dc1:636', error)).toBe(error)
    expect(connectionFault('dc1:636', 'a word')).toBeInstanceOf(LdapError)
  })
})
