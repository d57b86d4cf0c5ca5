import { CookieRefusedError, SetupError, UnavailableError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { MalformedMessageError } from './ber/malformed-message-error.ts'
import { bindError, connectionError, dirSyncError, RefusedError, resultError } from './errors.ts'

const answer = (code: number, diagnostic = '') => ({ code, diagnostic, controls: [] })
const comment = (data: string) =>
  `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1`
const coded = (code: string) => Object.assign(new Error(code.toLowerCase()), { code })

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
  it.each([1, 12, 53])('with %i blames the cookie, if there was one', code => {
    expect(dirSyncError('dc1:636', 'DC=x', true, answer(code))).toBeInstanceOf(CookieRefusedError)
    expect(dirSyncError('dc1:636', 'DC=x', false, answer(code))).not.toBeInstanceOf(CookieRefusedError)
  })

  it('with 50 says which right to grant', () => {
    const error = dirSyncError('dc1:636', 'DC=x', false, answer(50))
    expect(error).toMatchObject({ code: 'ad-permissions' })
    expect(error.message).toContain('Replicating Directory Changes')
  })
})

describe('a failed connection', () => {
  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID'
  ])('for %s is a matter of the certificate', code => {
    expect(connectionError('dc1:636', coded(code))).toMatchObject({
      name: 'SetupError',
      code: 'ad-certificate'
    })
  })

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH'])(
    'for %s is worth another try',
    code => {
      expect(connectionError('dc1:636', coded(code))).toMatchObject({
        name: 'UnavailableError',
        system: 'active-directory'
      })
    }
  )

  it('that never spoke TLS is a matter of the port', () => {
    expect(connectionError('dc1:636', coded('ERR_SSL_WRONG_VERSION_NUMBER'))).toMatchObject({
      code: 'ad-tls'
    })
  })

  it('names the server when it talks nonsense', () => {
    const error = connectionError('dc1:636', new MalformedMessageError('a message must be a SEQUENCE'))
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toContain('dc1:636')
  })

  it('keeps an error that is ours', () => {
    const error = new SetupError('ad-certificate', 'put the file there')
    expect(connectionError('dc1:636', error)).toBe(error)
  })
})
