import { CookieRefusedError, SetupError, UnavailableError } from '@opendirsync/contracts'
import {
  AddressError,
  BindRefusedError,
  CertificateError,
  ConnectionClosedError,
  ConnectionLostError,
  FilterSyntaxError,
  MalformedMessageError,
  ResultError,
  StartTlsRefusedError,
  TimedOutError,
  TlsError
} from '@opendirsync/ldap'
import { describe, expect, it } from 'vitest'
import { bindError, directoryError, dirSyncError, RefusedError, resultError } from './errors.ts'

const answer = (code: number, diagnostic = '') => ({ code, diagnostic, controls: [] })
const comment = (data: string) =>
  `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1`

describe('a refused logon', () => {
  it.each([
    ['52e', 'password is wrong'],
    ['525', 'no such account'],
    ['532', 'expired'],
    ['533', 'disabled'],
    ['701', 'account has expired'],
    ['773', 'must be changed'],
    ['775', 'locked'],
    ['999', 'check the bind name']
  ])('with sub-code %s says: %s', (data, words) => {
    const error = bindError('dc1:636', answer(49, comment(data)))
    expect(error).toMatchObject({ code: 'ad-credentials' })
    expect(error.message).toContain(words)
  })

  it('for want of TLS is a matter of TLS', () => {
    expect(bindError('dc1:389', answer(8))).toMatchObject({ code: 'ad-tls' })
  })
})

describe('a refused operation', () => {
  it.each([50])('with %i needs a right', code => {
    expect(resultError('dc1:636', 'add CN=x', answer(code))).toMatchObject({ code: 'ad-permissions' })
  })

  it.each([3, 11, 51, 52])('with %i is worth another try', code => {
    expect(resultError('dc1:636', 'add CN=x', answer(code))).toBeInstanceOf(UnavailableError)
  })

  it('with another code is final, and tells the code', () => {
    const error = resultError('dc1:636', 'add CN=x', answer(68, 'exists'))
    expect(error).toBeInstanceOf(RefusedError)
    expect(error).toMatchObject({ resultCode: 68, message: 'dc1:636 answered 68 (exists) to add CN=x.' })
  })
})

describe('a refused DirSync', () => {
  it.each([1, 2, 12, 53])('with %i blames the cookie, if there was one', code => {
    expect(dirSyncError('dc1:636', 'DC=x', true, answer(code))).toBeInstanceOf(CookieRefusedError)
    expect(dirSyncError('dc1:636', 'DC=x', false, answer(code))).not.toBeInstanceOf(CookieRefusedError)
  })

  it('with 50 says which right to grant', () => {
    const error = dirSyncError('dc1:636', 'DC=x', false, answer(50))
    expect(error).toMatchObject({ code: 'ad-permissions' })
    expect(error.message).toContain('Replicating Directory Changes')
  })
})

const server = 'dc1:636'
const refused = (error: typeof ResultError, code: number, diagnostic = '') =>
  new error(server, 'add CN=x', answer(code, diagnostic))

describe('an error of the LDAP package', () => {
  const cases: [string, Error, object][] = [
    [
      'a certificate that is not trusted',
      new CertificateError('It is not trusted: check it.'),
      { name: 'SetupError', code: 'ad-certificate', message: 'It is not trusted: check it.' }
    ],
    ['no TLS', new TlsError('It speaks none.'), { name: 'SetupError', code: 'ad-tls' }],
    ['StartTLS refused', refused(StartTlsRefusedError, 53), { name: 'SetupError', code: 'ad-tls' }],
    ['StartTLS not now', refused(StartTlsRefusedError, 52), { name: 'UnavailableError' }],
    ['an address that is none', new AddressError('not-ldap', 'x'), { code: 'ad-address' }],
    ['a password in the clear', new AddressError('in-the-clear', 'x'), { code: 'ad-tls', message: 'x' }],
    ['a logon refused', refused(BindRefusedError, 49, comment('775')), { code: 'ad-credentials' }],
    ['an operation refused', refused(ResultError, 68), { name: 'PermanentError', resultCode: 68 }],
    ['a right that is missing', refused(ResultError, 50), { code: 'ad-permissions' }],
    [
      'a lost connection',
      new ConnectionLostError('The connection to dc1:636 failed: reset.'),
      {
        name: 'UnavailableError',
        system: 'active-directory',
        message: 'The connection to dc1:636 failed: reset. It will be retried.'
      }
    ],
    [
      'one that we closed',
      new ConnectionClosedError('It was closed here.'),
      { message: 'It was closed here.' }
    ],
    ['silence', new TimedOutError('It did not answer.'), { name: 'UnavailableError' }],
    ['a filter that is none', new FilterSyntaxError('(( is no LDAP filter'), { name: 'PermanentError' }]
  ]
  it.each(cases)('%s', (_name, error, expected) => {
    const mapped = directoryError(server, error)
    expect(mapped).toMatchObject(expected)
    if (!(error instanceof ResultError)) expect(mapped.cause).toBe(error)
  })

  it('names the server when it talks nonsense', () => {
    const error = directoryError(server, new MalformedMessageError('a message must be a SEQUENCE'))
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toContain(server)
  })

  it('is kept when it is none of them', () => {
    const error = new SetupError('ad-certificate', 'put the file there')
    expect(directoryError(server, error)).toBe(error)
  })
})
