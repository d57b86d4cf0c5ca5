import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anchorOf } from '../support/guid-of.ts'
import { upnOf } from './people-file.ts'
import { quarantined } from './quarantined.ts'
import { Refusals } from './refusals.ts'
import { rulesOverApi } from './rules-api.ts'
import { patience } from './view.ts'

let at: Refusals
beforeAll(async () => {
  at = await Refusals.start({ MATCH_SOFT_MAIL: 'block', MATCH_HARD: 'block' })
})
afterAll(() => at[Symbol.asyncDispose]())

const newUser = (name: string, attributes: Readonly<Record<string, string>> = {}) =>
  at.directory.addUser(name, { userPrincipalName: upnOf(name), ...attributes })

async function inCloud(userPrincipalName: string, properties: object = {}): Promise<string> {
  const [id = ''] = await at.system.emulator.addUsers([
    // Long ago: what is younger than the wish for it may be an account of ours.
    {
      userPrincipalName,
      displayName: 'Made in the cloud',
      createdDateTime: '2020-01-01T00:00:00Z',
      ...properties
    }
  ])
  return id
}

const change = (id: string, properties: object) => at.administer('objects', { id, properties })

describe('a value that another object has', () => {
  it('is told with the other object, and heals by itself when that one gives it up', async () => {
    const mail = upnOf('ann.taken')
    const other = await inCloud(upnOf('other.ann'), { proxyAddresses: [`smtp:${mail}`] })
    const dn = await newUser('ann', { mail, title: 'Clerk' })
    const { conflictsWith } = await at.untilRefused(dn, 'object-conflict', 'proxyAddresses')
    expect(conflictsWith).toEqual([{ type: 'User', entraId: other }])
    await at.untilUser('ann', { mail: null, jobTitle: 'Clerk' })
    await change(other, { proxyAddresses: [] })
    await at.untilHealed(dn, 'ann', { mail })
  })

  it('is told with the object of the directory where that is one', async () => {
    const mail = upnOf('bea.alias')
    const first = await at.arrived('bea1')
    await change(first.id, { proxyAddresses: [`smtp:${mail}`] })
    const second = await newUser('bea2', { mail })
    const { conflictsWith } = await at.untilRefused(second, 'object-conflict', 'proxyAddresses')
    expect(conflictsWith).toMatchObject([{ type: 'User', entraId: first.id, dn: first.dn }])
    await at.directory.set(second, 'mail', upnOf('bea.own'))
    await at.untilHealed(second, 'bea2', { mail: upnOf('bea.own') })
  })

  it('belongs to an account with another anchor, until that is cleared', async () => {
    const id = await inCloud(upnOf('cid'), { onPremisesImmutableId: 'c29tZWJvZHkgZWxzZQ==' })
    const dn = await newUser('cid')
    const { conflictsWith } = await at.untilRefused(dn, 'invalid-soft-match', 'userPrincipalName')
    expect(conflictsWith).toEqual([{ type: 'User', entraId: id }])
    await change(id, { onPremisesImmutableId: null })
    expect(await at.untilHealed(dn, 'cid', { displayName: 'cid' })).toMatchObject({ id })
  })

  it('would lead to an account that is not to be taken over, by address or by anchor', async () => {
    const mail = upnOf('dee.mail')
    const id = await inCloud(upnOf('dee.cloud'), { mail })
    const dn = await newUser('dee', { mail })
    expect(await at.untilRefused(dn, 'soft-match-blocked', 'proxyAddresses')).toMatchObject({
      message: expect.stringContaining('MATCH_SOFT_MAIL'),
      conflictsWith: [{ entraId: id }]
    })
    await change(id, { onPremisesImmutableId: await anchorOf(at.domain, dn) })
    expect(await at.untilRefused(dn, 'hard-match-blocked', 'onPremisesImmutableId')).toMatchObject({
      message: expect.stringContaining('MATCH_HARD'),
      conflictsWith: [{ entraId: id }]
    })
    await change(id, { onPremisesImmutableId: null, mail: null, proxyAddresses: [] })
    expect((await at.untilHealed(dn, 'dee', { mail })).id).not.toBe(id)
  })

  it('belongs to a contact', async () => {
    const mail = upnOf('eve.contact')
    const contact = (await at.administer('contacts', { displayName: 'Eve', mail })) as { id: string }
    const dn = await newUser('eve', { mail })
    expect(await at.untilRefused(dn, 'object-type-mismatch', 'proxyAddresses')).toMatchObject({
      conflictsWith: [{ entraId: contact.id }]
    })
    await at.administer('objects/remove', { id: contact.id })
    await at.untilHealed(dn, 'eve', { mail })
  })

  it('belongs to an administrator, until the role is taken away', async () => {
    const id = await inCloud(upnOf('fay'))
    await at.administer('roles', { principalId: id, role: 'Global Administrator' })
    const dn = await newUser('fay')
    await at.untilRefused(dn, 'existing-admin-role-conflict')
    await at.administer('roles', { principalId: id, role: 'Global Administrator', given: false })
    expect(await at.untilHealed(dn, 'fay', { displayName: 'fay' })).toMatchObject({ id })
  })
})

describe('a value that the tenant does not take', () => {
  it('of a domain that is not verified, until it is', async () => {
    const name = 'gus@other.example.test'
    const dn = await at.directory.addUser('gus', { userPrincipalName: name })
    await at.untilRefused(dn, 'upn-domain-not-verified', 'userPrincipalName')
    await at.administer('domains', { name: 'other.example.test', verified: true })
    await waitFor(async () => (await at.view.user(name)) !== undefined, {
      ...patience,
      describe: 'gus in the verified domain'
    })
    await waitFor(async () => (await quarantined(at.view, dn)).length === 0, patience)
  })

  it('of a directory extension that is not registered, until it is; the account is there without it', async () => {
    const property = 'extension_0123456789abcdef0123456789abcdef_employeeNumber'
    await rulesOverApi(at.view).apply(`
version: 1
settings:
  directoryExtensions:
    - { attribute: employeeNumber, objectType: user, property: ${property} }
`)
    const dn = await newUser('nia', { employeeNumber: '7' })
    await at.untilRefused(dn, 'directory-extension-missing', property)
    const { id } = await at.untilUser('nia')
    await at.administer('extensions', { name: property, targetObjects: ['User'] })
    await at.untilHealed(dn, 'nia')
    const { body } = await at.view.tenant.get(`/users/${id}?$select=${property}`)
    expect(body).toMatchObject({ [property]: '7' })
  })

  it('in its form, until it is corrected; the account is there without it', async () => {
    const dn = await newUser('hal', { mail: 'hal@under_score.test', title: 'Clerk' })
    await at.untilRefused(dn, 'invalid-value', 'mail')
    await at.untilUser('hal', { mail: null, jobTitle: 'Clerk' })
    await at.directory.set(dn, 'mail', upnOf('hal.right'))
    await at.untilHealed(dn, 'hal', { mail: upnOf('hal.right') })
  })
})

describe('an object that is not ours alone', () => {
  it('holds a role: all but what is sensitive goes on, and the rest when the role is gone', async () => {
    const { dn, id } = await at.arrived('ivy')
    await at.administer('roles', { principalId: id, role: 'Global Administrator' })
    await at.directory.disable(dn)
    await at.directory.set(dn, 'department', 'Sales')
    await at.untilRefused(dn, 'privileged-account', 'accountEnabled')
    await at.untilUser('ivy', { department: 'Sales', accountEnabled: true })
    await at.administer('roles', { principalId: id, role: 'Global Administrator', given: false })
    await at.retry(dn)
    await at.untilHealed(dn, 'ivy', { accountEnabled: false })
  })

  it('is synchronised by another tool', async () => {
    const { dn, id } = await at.arrived('jan')
    await change(id, { onPremisesSyncEnabled: true })
    await at.directory.set(dn, 'title', 'Clerk')
    const { retriesAt, since } = await at.untilRefused(dn, 'synchronised-by-another-tool')
    expect(Date.parse(retriesAt ?? '') - Date.parse(since)).toBeGreaterThan(3_500_000)
    await change(id, { onPremisesSyncEnabled: null })
    await at.retry(dn)
    await at.untilHealed(dn, 'jan', { jobTitle: 'Clerk' })
  })

  it('has a property of another service', async () => {
    const { dn, id } = await at.arrived('kim')
    await change(id, { ownedByExternalService: ['department'] })
    await at.directory.set(dn, 'department', 'Sales')
    await at.untilRefused(dn, 'owned-by-another-service')
    await change(id, { ownedByExternalService: null })
    await at.retry(dn)
    await at.untilHealed(dn, 'kim', { department: 'Sales' })
  })

  it('is a group that only Exchange Online writes', async () => {
    const dn = await at.directory.addGroup('Lists')
    const { id } = await untilGroup('Lists')
    await change(id, { mailEnabled: true })
    await at.directory.set(dn, 'description', 'New words')
    await at.untilRefused(dn, 'group-type-not-supported')
    await change(id, { mailEnabled: false })
    await at.retry(dn)
    await untilGroup('Lists', { description: 'New words' })
  })
})

describe('a tenant', () => {
  it('takes away a permission, and users go on; the groups follow when it is given back', async () => {
    const permission = 'Group.ReadWrite.All'
    await at.administer('permissions', { revoke: [permission], revokeTokens: true })
    const dn = await at.directory.addGroup('Forbidden')
    await at.untilRefused(dn, 'permission-missing')
    await at.administer('permissions', { grant: [permission], revokeTokens: true })
    await untilGroup('Forbidden')
    await waitFor(async () => (await quarantined(at.view, dn)).length === 0, patience)
  })

  it('is full, until there is more room', async () => {
    await at.arrived('bystander.of.the.quota')
    await at.administer('object-quota', { objects: 0 })
    const dns = [await newUser('leo1'), await newUser('leo2')]
    for (const dn of dns) await at.untilRefused(dn, 'quota-exceeded')
    const counts = (await at.view.call('GET', '/v1/quarantine/summary')).body
    expect(counts).toMatchObject({
      codes: [{ code: 'quota-exceeded', title: 'Tenant is full', severity: 'critical', objects: 2 }]
    })
    await at.administer('object-quota', { objects: 300_000 })
    const { body } = await at.view.call('POST', '/v1/quarantine/retry', { code: 'quota-exceeded' })
    expect(body).toEqual({ objects: 2 })
    for (const [position, dn] of dns.entries()) await at.untilHealed(dn, `leo${position + 1}`)
  })
})

describe('what is refused in words of its own', () => {
  const cases: [code: string, attribute: string | undefined, message: string][] = [
    ['property-read-only', 'jobTitle', "Property 'jobTitle' is read-only and cannot be set."],
    ['refused-by-tenant', undefined, 'The moon is in the wrong house.']
  ]
  it.each(cases)('%s, until the tenant thinks otherwise', async (code, attribute, message) => {
    const name = code.replaceAll('-', '.')
    const { dn, id } = await at.arrived(name)
    await at.system.emulator.addFault({
      target: 'item',
      method: 'PATCH',
      pathContains: id,
      status: 400,
      code: 'Request_BadRequest',
      message
    })
    await at.directory.set(dn, 'title', 'Clerk')
    expect((await at.untilRefused(dn, code, attribute)).message).toContain(message)
    await at.system.emulator.clearFaults()
    await at.retry(dn)
    await at.untilHealed(dn, name, { jobTitle: 'Clerk' })
  })

  it('a member', async () => {
    const { dn: member } = await at.arrived('max')
    const group = await at.directory.addGroup('Choosy')
    const { id } = await untilGroup('Choosy')
    await at.system.emulator.addFault({
      target: 'item',
      method: 'POST',
      pathContains: `${id}/members`,
      status: 400,
      code: 'Request_BadRequest',
      message: 'Not this one.'
    })
    await at.directory.addMember(group, member)
    await at.untilRefused(group, 'reference-refused', 'member')
    await at.system.emulator.clearFaults()
    await at.retry(group)
    await waitFor(async () => (await at.view.tenant.members(id)).length === 1, {
      ...patience,
      describe: 'max to be a member'
    })
    await waitFor(async () => (await quarantined(at.view, group)).length === 0, patience)
  })
})

async function untilGroup(displayName: string, expected: Record<string, unknown> = {}) {
  return waitFor(
    async () => {
      const group = (await at.view.tenant.groups()).find(each => each.displayName === displayName)
      expect(group).toMatchObject(expected)
      return group
    },
    { ...patience, describe: `the group ${displayName} in the tenant as it should be` }
  )
}
