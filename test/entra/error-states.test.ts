import type { Problem, WriteOutcome } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { describe, expect, it, vi } from 'vitest'
import { arrive, changed, connect, idOf, link, newGroup, newUser, tenantForFile, write } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let serial: number

tenantForFile(opened => {
  ;({ emulator, entra, serial } = opened)
})

const named = (name: string) => `${name}${serial}`

function problemOf(outcome: WriteOutcome | undefined): Problem {
  if (outcome?.result === 'refused') return outcome.problem
  throw new Error(`expected a refusal, got ${JSON.stringify(outcome)}`)
}

const forbidden = (method: string, pathContains: string) =>
  ({ target: 'item', method, pathContains, status: 403, code: 'Authorization_RequestDenied' }) as const

describe('a privileged account', () => {
  async function administrator() {
    const ada = newUser(named('ada'))
    const id = idOf(await write(entra, ada))
    emulator.administration.giveRole(id, 'Global Administrator')
    return { ada, id }
  }

  it('gets everything but what is sensitive', async () => {
    const { ada, id } = await administrator()
    const values = { department: 'Sales', mobilePhone: '+49 1', accountEnabled: false }
    const outcome = await write(entra, changed(ada, id, values))
    expect(outcome).toMatchObject({
      problem: { code: 'privileged-account' },
      applied: { department: 'Sales' }
    })
    expect(problemOf(outcome).message).toContain('mobilePhone')
    expect(emulator.state.find(id)?.properties).toMatchObject({ department: 'Sales', accountEnabled: true })
  })

  it('is told where nothing else was to be written', async () => {
    const { ada, id } = await administrator()
    expect(problemOf(await write(entra, changed(ada, id, { accountEnabled: false })))).toMatchObject({
      code: 'privileged-account',
      attribute: 'accountEnabled'
    })
  })

  it('is not deleted', async () => {
    const { ada, id } = await administrator()
    const gone = { ...changed(ada, id), desiredPresent: false }
    expect(problemOf(await write(entra, gone)).code).toBe('privileged-account')
  })

  it('is also one that owns a group that roles can be given to', async () => {
    const ada = newUser(named('ada'))
    const id = idOf(await write(entra, ada))
    const group = emulator.state.create('group', { displayName: 'Group', isAssignableToRole: true })
    emulator.state.link('owners', group, id)
    const outcome = await write(entra, changed(ada, id, { department: 'Sales', accountEnabled: false }))
    expect(outcome).toMatchObject({
      problem: { code: 'privileged-account' },
      applied: { department: 'Sales' }
    })
  })

  it('is written wholly once the role is gone', async () => {
    const { ada, id } = await administrator()
    emulator.administration.takeRole(id, 'Global Administrator')
    expect(await write(entra, changed(ada, id, { accountEnabled: false }))).toMatchObject({
      result: 'written'
    })
  })
})

describe('a missing permission', () => {
  it('is told of a change, whether it is sensitive or not', async () => {
    const bob = newUser(named('bob'))
    const id = idOf(await write(entra, bob))
    emulator.faults.add(forbidden('PATCH', id))
    for (const values of [{ department: 'Sales' }, { department: 'Sales', mobilePhone: '+49 1' }]) {
      expect(problemOf(await write(entra, changed(bob, id, values))).code).toBe('permission-missing')
    }
  })

  it('is over soon after it was granted, although the old token lives for an hour', async () => {
    const permissions = ['User.ReadWrite.All']
    emulator.application.revoke(permissions)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    try {
      const tries: string[] = []
      for (const pauseMs of [0, 1_000, 60_000, 1_000]) {
        vi.setSystemTime(Date.now() + pauseMs)
        tries.push((await write(entra, newUser(named('bea')))).result)
        emulator.application.grant(permissions)
      }
      expect(tries).toEqual(['refused', 'refused', 'refused', 'written'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('is told of a creation', async () => {
    emulator.faults.add(forbidden('POST', '/users'))
    expect(problemOf(await write(entra, newUser(named('cy')))).code).toBe('permission-missing')
  })
})

describe('a group that may not be changed', () => {
  const kinds: [string, Record<string, unknown>, string][] = [
    ['takes roles', { isAssignableToRole: true }, 'privileged-account'],
    ['is a mail-enabled security group', { mailEnabled: true }, 'group-type-not-supported'],
    ['is a Microsoft 365 group', { mailEnabled: true, groupTypes: ['Unified'] }, 'permission-missing'],
    ['is a plain one', {}, 'permission-missing']
  ]
  it.each(kinds)('because it %s says so, and so do its members', async (_how, properties, code) => {
    const team = newGroup(named('team'))
    const dan = newUser(named('dan'))
    const ids = await arrive(entra, [team, dan])
    const id = ids.get(team.entryId) ?? ''
    emulator.administration.setProperties(id, properties)
    emulator.faults.add(forbidden('PATCH', id))
    emulator.faults.add(forbidden('POST', id))
    expect(problemOf(await write(entra, changed(team, id, { description: 'x' }))).code).toBe(code)
    const [member] = (
      await entra.writeLinks([link(ids, 'member', 'add', [team.entryId, dan.entryId])])
    ).values()
    expect(problemOf(member)).toMatchObject({ code, attribute: 'member' })
  })
})

it('a reference that is refused in unknown words is a state of the reference', async () => {
  const team = newGroup(named('team'))
  const eve = newUser(named('eve'))
  const ids = await arrive(entra, [team, eve])
  emulator.faults.add({
    target: 'item',
    method: 'POST',
    pathContains: 'members',
    status: 400,
    message: 'No such thing.'
  })
  const [member] = (
    await entra.writeLinks([link(ids, 'member', 'add', [team.entryId, eve.entryId])])
  ).values()
  expect(problemOf(member)).toMatchObject({ code: 'reference-refused', attribute: 'member' })
})

describe('a value that another object has', () => {
  const unnamed = (method: string) =>
    ({
      target: 'item',
      method,
      pathContains: '/users',
      status: 400,
      message: 'Another object with the same value for property userPrincipalName already exists.',
      times: 1
    }) as const

  it('names the object that Graph names', async () => {
    const [one, two] = [newUser(named('fay')), newUser(named('flo'))]
    const ids = await arrive(entra, [one, two])
    const id = ids.get(two.entryId) ?? ''
    const taken = { userPrincipalName: `${one.entryId}@contoso.com` }
    const other = { type: 'User', entraId: ids.get(one.entryId) }
    expect(problemOf(await write(entra, changed(two, id, taken)))).toMatchObject({
      code: 'object-conflict',
      attribute: 'userPrincipalName',
      conflictsWith: [other]
    })
    const third = newUser(named('fox'), taken)
    expect(problemOf(await write(entra, third))).toMatchObject({
      code: 'invalid-soft-match',
      conflictsWith: [other]
    })
  })

  it.each([
    ['PATCH', 'a change'],
    ['POST', 'a creation']
  ])('is looked for where Graph does not name it: %s', async method => {
    const holder = newUser(named('gus'))
    const holderId = idOf(await write(entra, holder))
    const taken = { userPrincipalName: `${holder.entryId}@contoso.com` }
    const other = newUser(named('gil'))
    const pending =
      method === 'POST'
        ? newUser(named('gil'), taken)
        : changed(other, idOf(await write(entra, other)), taken)
    emulator.faults.add(unnamed(method))
    expect(problemOf(await write(entra, pending))).toMatchObject({
      conflictsWith: [{ type: 'User', entraId: holderId }]
    })
  })
})

it('a federated user without an anchor is told from an invalid value', async () => {
  await using federated = await startEntraEmulator({ tenant: { federatedDomains: ['fed.example'] } })
  const one = connect(federated)
  const { onPremisesImmutableId: _anchor, ...desired } = newUser('han').desired
  const han = { ...newUser('han'), desired: { ...desired, userPrincipalName: 'han@fed.example' } }
  expect(problemOf(await write(one, han))).toMatchObject({
    code: 'federated-without-anchor',
    attribute: 'userPrincipalName'
  })
  const ian = newUser('ian', { userPrincipalName: 'i an@contoso.com' })
  expect(problemOf(await write(one, ian)).code).toBe('invalid-value')
  federated.administration.setDomain({ name: 'fed.example', federated: false })
  expect(await write(one, han)).toMatchObject({ result: 'written' })
})

describe('a value that the tenant refuses', () => {
  it('keeps nobody from getting an account', async () => {
    const jo = newUser(named('jo'), {
      mail: `${named('jo')}@under_score.test`,
      usageLocation: 'xx',
      department: 'Sales'
    })
    const outcome = await write(entra, jo)
    expect(outcome).toMatchObject({ problem: { code: 'invalid-value' }, created: expect.any(String) })
    const { mail: _mail, usageLocation: _location, ...applied } = jo.desired
    expect(outcome).toMatchObject({ applied })
  })

  it('keeps an account back that cannot be without it', async () => {
    const kim = newUser(named('kim'), {
      userPrincipalName: `${named('kim')}@elsewhere.test`,
      department: 'Sales'
    })
    const outcome = await write(entra, kim)
    expect(problemOf(outcome).code).toBe('upn-domain-not-verified')
    expect(outcome).not.toHaveProperty('created')
  })
})
