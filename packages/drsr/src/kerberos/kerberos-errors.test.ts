import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { application, element, fields, integer, octets, readDer, time } from './der.ts'
import { errorCode, kerberosError } from './kerberos-errors.ts'

const now = new Date('2026-11-23T04:00:00Z')
const talk = {
  server: 'dc1.corp.example.test',
  account: 'CORP\\svc',
  servicePrincipalNames: ['ldap/dc1', 'host/dc1'],
  realm: 'CORP.EXAMPLE.TEST'
}
const message = (code: number, at = now) =>
  readDer(
    element(application(30), fields([0, integer(5)], [1, integer(30)], [4, time(at)], [6, integer(code)]))
  )

describe('an error that a person must mend', () => {
  it.each([
    [6, 'no such account'],
    [12, 'policy'],
    [14, 'AES'],
    [18, 'disabled, locked or expired'],
    [23, 'password has expired'],
    [24, 'password is wrong'],
    [68, 'another domain']
  ])('%i is about the account: %s', (code, words) => {
    const error = kerberosError(message(code), talk, now)
    expect(error).toBeInstanceOf(SetupError)
    expect(error).toMatchObject({ code: 'ad-credentials' })
    expect(error.message).toContain(words)
    expect(error.message).toContain('CORP\\svc')
  })

  it.each([
    [600, '600 s ahead of'],
    [-3600, '3600 s behind']
  ])('37 says by how much the clocks differ: %i s', (seconds, words) => {
    const error = kerberosError(message(37, new Date(now.getTime() + seconds * 1000)), talk, now)
    expect(error).toMatchObject({ code: 'ad-clock' })
    expect(error.message).toContain(words)
  })

  it('7 names the services that were asked for', () => {
    const error = kerberosError(message(7), talk, now)
    expect(error).toMatchObject({ code: 'ad-kerberos' })
    expect(error.message).toContain('ldap/dc1 or host/dc1')
  })
})

it.each([29, 60, 52])('%i is worth another try', code => {
  expect(kerberosError(message(code), talk, now)).toBeInstanceOf(UnavailableError)
})

it('knows no code of another message', () => {
  expect(errorCode(message(7))).toBe(7)
  expect(errorCode(readDer(octets(Buffer.alloc(3))))).toBeUndefined()
})
