import type { AddressKey, ObjectType } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import {
  cloudCollisionFinding,
  duplicateFinding,
  duplicateSeverity,
  type Holder,
  suffixFinding
} from './conflicts.ts'

const key = (attribute = 'mail', space: AddressKey['space'] = 'address'): AddressKey => ({
  space,
  attribute,
  value: 'ann@contoso.com',
  original: 'Ann@contoso.com'
})

type One = [attribute: string, objectType?: ObjectType, connector?: string]
const side = ([attribute, objectType = 'user', connector = 'a']: One) => ({
  attribute,
  objectType,
  connector
})

describe('duplicateSeverity', () => {
  const cases: [
    space: AddressKey['space'],
    one: One,
    other: One,
    expected: 'error' | 'warning' | undefined
  ][] = [
    ['address', ['mail'], ['mail'], 'error'],
    ['address', ['mail'], ['proxyAddresses'], 'error'],
    ['address', ['mail'], ['userPrincipalName'], 'error'],
    ['address', ['proxyAddresses'], ['userPrincipalName', 'user', 'b'], 'error'],
    ['address', ['proxyAddresses'], ['proxyAddresses', 'group'], 'error'],
    ['address', ['targetAddress'], ['proxyAddresses'], undefined],
    ['address', ['targetAddress'], ['targetAddress'], 'warning'],
    ['address', ['targetAddress', 'contact'], ['proxyAddresses', 'user', 'b'], undefined],
    ['address', ['mail', 'contact'], ['mail', 'user', 'b'], undefined],
    ['address', ['mail', 'contact'], ['mail'], 'warning'],
    ['address', ['mail', 'contact'], ['mail', 'contact'], 'warning'],
    ['nickname', ['mailNickname'], ['mailNickname', 'group'], 'warning'],
    ['nickname', ['mailNickname'], ['mailNickname', 'user', 'b'], undefined],
    ['account', ['sAMAccountName'], ['sAMAccountName'], 'error']
  ]
  it.each(cases)('%s: %j and %j', (space, one, other, expected) => {
    expect(duplicateSeverity(space, side(one), side(other))).toBe(expected)
    expect(duplicateSeverity(space, side(other), side(one))).toBe(expected)
  })
})

describe('duplicateFinding', () => {
  const holder = (one: One, dn: string): Holder => ({ ...side(one), dn, objectGuid: dn })
  const own = { connector: 'a', objectType: 'user' } as const

  it('names the worst of the others, and how many there are', () => {
    const found = duplicateFinding(own, key(), [
      holder(['mail', 'contact'], 'CN=C'),
      holder(['proxyAddresses', 'group'], 'CN=G'),
      holder(['targetAddress'], 'CN=T')
    ])
    expect(found).toMatchObject({
      attribute: 'mail',
      code: 'duplicate',
      severity: 'error',
      value: 'Ann@contoso.com'
    })
    expect(found?.why).toContain('CN=G (proxyAddresses, connector a) and of 1 more.')
    expect(found).not.toHaveProperty('fix')
  })
  it('is none where the others may have it', () => {
    expect(duplicateFinding(own, key(), [holder(['mail', 'contact', 'b'], 'CN=C')])).toBeUndefined()
    expect(duplicateFinding(own, key(), [])).toBeUndefined()
  })
})

describe('suffixFinding', () => {
  const domains = new Set(['contoso.com', 'contoso.onmicrosoft.com'])
  const cases: [upn: string, proposal: string | undefined][] = [
    ['ann@corp.local', 'ann@contoso.com'],
    [' ann@corp.contoso.com', 'ann@contoso.com'],
    ['@corp.local', undefined]
  ]
  it.each(cases)('%j', (upn, proposal) => {
    const found = suffixFinding(upn, domains)
    expect(found).toMatchObject({ code: 'unverified-domain', severity: 'error', value: upn })
    expect(found?.fix?.to).toBe(proposal)
  })
  it.each(['ann@Contoso.COM', 'ann@contoso.onmicrosoft.com', 'ann', 'ann@'])('%j is none', upn => {
    expect(suffixFinding(upn, domains)).toBeUndefined()
  })
  it('leaves the fix to another finding of the same value', () => {
    const fix = {
      action: 'replace',
      attribute: 'userPrincipalName',
      from: 'a',
      to: 'b',
      confidence: 'guess'
    } as const
    const beside = [{ attribute: 'userPrincipalName', fix }]
    expect(suffixFinding('ann@corp.local', domains, 'userPrincipalName', beside)).not.toHaveProperty('fix')
  })
  it('does not choose between several domains', () => {
    const found = suffixFinding('ann@corp.local', new Set([...domains, 'fabrikam.com']), 'mail')
    expect(found).toMatchObject({ attribute: 'mail' })
    expect(found).not.toHaveProperty('fix')
  })
})

describe('cloudCollisionFinding', () => {
  const cloud = {
    entraId: 'id',
    objectType: 'user' as const,
    displayName: 'Ann',
    userPrincipalName: 'ann@contoso.com'
  }
  it('is an error with an object that is not matched', () => {
    const found = cloudCollisionFinding(key(), { ...cloud, matches: false })
    expect(found).toMatchObject({ code: 'cloud-collision', severity: 'error' })
    expect(found.why).toContain(`the tenant's user "Ann" (id)`)
  })
  it('is a warning where a soft match joins them', () => {
    expect(cloudCollisionFinding(key(), { ...cloud, matches: true }).severity).toBe('warning')
  })
  it('is a warning for a nickname, which need not be unique', () => {
    expect(
      cloudCollisionFinding(key('mailNickname', 'nickname'), { ...cloud, matches: false }).severity
    ).toBe('warning')
  })
  it('names an object without displayName by its userPrincipalName', () => {
    expect(cloudCollisionFinding(key(), { ...cloud, displayName: null, matches: false }).why).toContain(
      '"ann@contoso.com"'
    )
  })
})
