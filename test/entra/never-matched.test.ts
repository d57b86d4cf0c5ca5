import type { Entra } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { describe, expect, it } from 'vitest'
import { account, addressOf, latecomer, propertiesOf, type Sharing, sharing } from './cloud-accounts.ts'
import { connect, tenantForFile, write } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let serial: number

tenantForFile(opened => {
  ;({ emulator, entra, serial } = opened)
})

/** What the next test calls the person, in AD and in the tenant. */
const name = () => `anna${serial}`
const accountWith = (shared: Sharing) => account(emulator, name(), sharing[shared](name()))
const properties = (id: string) => propertiesOf(emulator, id)

describe('a privileged account', () => {
  const makePrivileged: [string, (id: string) => void][] = [
    ['holds a role', id => void emulator.administration.giveRole(id, 'Global Administrator')],
    ['is in a group that roles can be given to', id => void inGroup(id, { isAssignableToRole: true })],
    [
      'is in a group that has a role',
      id => void emulator.administration.giveRole(inGroup(id, { isAssignableToRole: true }), 'Reports Reader')
    ],
    [
      'is in many groups, the last of which counts',
      id => {
        for (let count = 0; count < 150; count += 1) inGroup(id, {})
        inGroup(id, { isAssignableToRole: true })
      }
    ],
    ['has memberships that cannot be read', () => emulator.faults.add(unreadable(403))]
  ]
  const unreadable = (status: number) =>
    ({ target: 'item', method: 'GET', pathContains: 'transitiveMemberOf', status }) as const

  function inGroup(memberId: string, more: Readonly<Record<string, unknown>>): string {
    const group = emulator.state.create('group', { displayName: 'Group', securityEnabled: true, ...more })
    emulator.state.link('members', group, memberId)
    return group.id
  }

  describe.each(['anchor', 'name', 'mail'] as const)('that shares the %s', shared => {
    it.each(makePrivileged)('and %s is never taken over', async (_how, make) => {
      const id = accountWith(shared)
      make(id)
      const before = properties(id)
      const outcome = await write(entra, latecomer(name()))
      expect(outcome).toMatchObject({ result: 'refused', problem: { code: 'existing-admin-role-conflict' } })
      expect(properties(id)).toEqual(before)
    })
  })

  it('is put off while Graph cannot say what it holds', async () => {
    const id = accountWith('name')
    emulator.faults.add({ ...unreadable(503), retryAfterSeconds: 30, times: 1 })
    expect(await write(entra, latecomer(name()))).toMatchObject({ result: 'later' })
    expect(properties(id)).not.toHaveProperty('onPremisesImmutableId')
    expect(await write(entra, latecomer(name()))).toMatchObject({ match: { entraId: id } })
  })

  it('is taken over once the role is gone', async () => {
    const id = accountWith('name')
    emulator.administration.giveRole(id, 'Global Administrator')
    await write(entra, latecomer(name()))
    emulator.administration.takeRole(id, 'Global Administrator')
    expect(await write(entra, latecomer(name()))).toMatchObject({ match: { entraId: id } })
  })

  it('that owns a group that roles can be given to is refused by the tenant itself', async () => {
    const id = accountWith('name')
    const group = emulator.state.create('group', { displayName: 'Group', isAssignableToRole: true })
    emulator.state.link('owners', group, id)
    expect(await write(entra, latecomer(name()))).toMatchObject({
      problem: { code: 'permission-missing' }
    })
    expect(properties(id)).not.toHaveProperty('onPremisesImmutableId')
  })
})

describe('an object of another type', () => {
  it.each([
    ['group', (mail: string) => group(mail)],
    ['contact', (mail: string) => emulator.administration.createContact({ displayName: 'Anna', mail })]
  ] as const)('a %s that has the address is never matched', async (_type, make) => {
    const mail = addressOf(name())
    const id = make(mail)
    const outcome = await write(entra, latecomer(name()))
    expect(outcome).toMatchObject({
      result: 'refused',
      problem: { code: 'object-type-mismatch', attribute: 'proxyAddresses' }
    })
    expect(JSON.stringify(outcome)).toContain(id)
  })

  function group(mail: string): string {
    const properties = { displayName: 'Anna', mailEnabled: true, mail, proxyAddresses: [`smtp:${mail}`] }
    return emulator.state.create('group', properties).id
  }
})

describe('an application that may write privileged accounts', () => {
  const start = () => startEntraEmulator({ behaviour: { writesPrivilegedUsers: true } })

  it.each([false, true])('takes over none all the same (in the bin: %s)', async inBin => {
    await using powerful = await start()
    const anna = latecomer(name())
    const entry = powerful.state.create('user', {
      userPrincipalName: anna.desired.userPrincipalName,
      onPremisesImmutableId: anna.sourceAnchor
    })
    powerful.administration.giveRole(entry.id, 'Global Administrator')
    if (inBin) powerful.state.remove(entry)
    const before = { ...entry.properties }
    expect(await write(connect(powerful), anna)).toMatchObject({
      result: 'refused',
      problem: { code: 'existing-admin-role-conflict' }
    })
    expect(powerful.state.bin.has(entry.id)).toBe(inBin)
    expect(entry.properties).toEqual(before)
  })
})
