import { describe, expect, it } from 'vitest'
import { md4 } from '../crypto/md4.ts'
import { rc4 } from '../crypto/rc4.ts'
import { lmV2Response, ntHash, ntlmV2Response, responseKey } from './response.ts'

/** The values of MS-NLMP section 4.2.1 and 4.2.4. */
const key = responseKey(ntHash(Buffer.from('Password')), 'User', 'Domain')
const serverChallenge = Buffer.from('0123456789abcdef', 'hex')
const clientChallenge = Buffer.alloc(8, 0xaa)
const targetInfo = Buffer.from(
  '02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000',
  'hex'
)

describe('the example of the specification', () => {
  it('has the key of section 4.2.4.1.1', () => {
    expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f')
  })

  it('has the session base key, proof and blob of sections 4.2.4.1.2 to 4.2.4.2.2', () => {
    const timestamp = Buffer.alloc(8)
    const { ntResponse, sessionBaseKey } = ntlmV2Response({
      ...{ key, serverChallenge, clientChallenge, timestamp, targetInfo }
    })
    expect(sessionBaseKey.toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3')
    expect(ntResponse.toString('hex', 0, 16)).toBe('68cd0ab851e51c96aabc927bebef6a1c')
    expect(ntResponse.toString('hex', 16)).toBe(
      `01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000${targetInfo.toString('hex')}00000000`
    )
    // Section 4.2.4.2.3.
    expect(rc4(sessionBaseKey, Buffer.alloc(16, 0x55)).toString('hex')).toBe(
      'c5dad2544fc9799094ce1ce90bc9d03e'
    )
  })

  it('has the LMv2 response of section 4.2.4.2.1', () => {
    expect(lmV2Response(key, serverChallenge, clientChallenge).toString('hex')).toBe(
      '86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa'
    )
  })
})

it('hashes a password beyond ASCII as UTF-16', () => {
  const password = Buffer.from('Pässwörd€😀')
  expect(ntHash(password)).toEqual(md4(Buffer.from('Pässwörd€😀', 'utf16le')))
  expect(ntHash(Buffer.from('Pa$$w0rd')).toString('hex')).toBe('92937945b518814341de3f726500d4ff')
  expect(password.toString()).toBe('Pässwörd€😀')
})

describe('the case of a user name', () => {
  const of = (user: string, domain = 'Domain') =>
    responseKey(Buffer.alloc(16, 1), user, domain).toString('hex')

  it.each([
    ['user', 'USER'],
    ['jürgen', 'JÜRGEN'],
    ['νίκος', 'ΝΊΚΟΣ'],
    ['straße', 'STRAßE'],
    ['кирилл', 'КИРИЛЛ']
  ])('does not tell %s from %s', (one, other) => {
    expect(of(one)).toBe(of(other))
  })

  it.each([
    ['straße', 'STRASSE'],
    ['ı', 'I']
  ])('tells %s from %s', (one, other) => {
    expect(of(one)).not.toBe(of(other))
  })

  it('counts in a domain name', () => {
    expect(of('user', 'Domain')).not.toBe(of('user', 'DOMAIN'))
  })
})
