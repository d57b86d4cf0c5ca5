import type { ObjectRead } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { type ConfirmingFixture, confirmingForEachTest, person } from './confirming-fixture.ts'
import { gate, group } from './fixtures.ts'
import { confirm, judge, readPages } from './told-tenant.ts'

let world: ConfirmingFixture
confirmingForEachTest(fixture => {
  world = fixture
})

const patience = { putsBack: true, graceSeconds: 600 }

/** Judges all that is due by an answer of the tenant that is not of now. */
async function judgeBy(read: ObjectRead): Promise<number> {
  const suspects = await world.store.confirming.suspects(10)
  const { drift } = await world.store.confirming.judge(
    suspects.map(suspect => ({ suspect, read })),
    patience
  )
  return drift
}

async function timePasses(): Promise<void> {
  await world.age()
  await world.client.query(
    "update drift_suspect set due_at = now(), doubted_at = doubted_at - interval '1 hour', gone_at = gone_at - interval '1 hour'"
  )
}

describe('an answer that is older than what was told', () => {
  it('does not make a change of somebody forgotten', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    await world.age()
    const ada = world.tenant.id('Ada')
    const before = world.tenant.read(ada, ['displayName', 'department'])
    world.tenant.change(ada, { department: 'Portal' })
    await tell()
    expect(await judgeBy(before)).toBe(0)
    expect(await world.store.confirming.suspects(10)).toEqual([])
    await timePasses()
    expect(await judge(world.store, world.tenant, patience)).toBe(1)
    expect(await world.brief()).toEqual(['Ada attribute department put-back'])

    async function tell(): Promise<void> {
      const round = await world.store.confirming.begin('user')
      if (round === undefined) throw new Error('there is something of ours')
      await readPages(world.store, { round, objects: [world.tenant.now(ada)], graceSeconds: 600 })
    }
  })

  it('is believed when it is the same after a while', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    await world.age()
    const ada = world.tenant.id('Ada')
    const old = { ...world.tenant.now(ada), attributes: { department: 'Of old' } }
    expect(await confirm(world.store, world.tenant, { user: [old] }, patience)).toBe(0)
    await timePasses()
    expect(await judge(world.store, world.tenant, patience)).toBe(0)
    expect((await world.store.drift.summary()).suspects).toBe(0)
  })

  it('does not make a new account of one that is not seen in the bin yet', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    await world.age()
    const ada = world.tenant.id('Ada')
    world.tenant.remove(ada, 'gone')
    expect(await confirm(world.store, world.tenant, world.told(ada), patience)).toBe(0)
    expect(await world.tenant.export()).toEqual([])
    world.tenant.remove(ada, 'deleted')
    await timePasses()
    expect(await judge(world.store, world.tenant, patience)).toBe(1)
    expect(await confirm(world.store, world.tenant)).toBe(0)
    expect(await world.tenant.export()).toEqual(['restore'])
  })
})

it('an object that an exporter holds is not read again and again until it is free', async () => {
  await world.through(person('Ada'))
  await confirm(world.store, world.tenant)
  await world.age()
  const ada = world.tenant.id('Ada')
  world.tenant.change(ada, { department: 'Portal' })
  await world.client.query('begin')
  await world.client.query('select from export_state for update')
  expect(await confirm(world.store, world.tenant, world.told(ada))).toBe(0)
  expect(await world.store.confirming.suspects(10)).toEqual([])
  await world.client.query('rollback')
  expect((await world.store.drift.summary()).suspects).toBe(1)
})

it('a member that was removed while something else was told of it is not forgotten', async () => {
  const ada = person('Ada')
  await world.through(ada, group('Team', [ada.objectGuid]))
  await confirm(world.store, world.tenant)
  await world.age()
  const [id, team] = [world.tenant.id('Ada'), world.tenant.id('Team')]
  world.tenant.unreadable.add(id)
  world.tenant.removeMember(team, id)
  world.tenant.change(id, { department: 'Portal' })
  const news = { ...world.told(id), ...world.piece(team, { removedReferences: [id] }) }
  expect(await confirm(world.store, world.tenant, news)).toBe(0)
  world.tenant.unreadable.clear()
  await world.client.query('update drift_suspect set due_at = now()')
  await world.client.query('update drift_reference_suspect set due_at = now()')
  expect(await judge(world.store, world.tenant)).toBe(2)
  expect((await world.tenant.export()).toSorted()).toEqual(['add member', 'update'])
})

it('somebody whose manager another tool changes again and again keeps one', async () => {
  const people = ['Ada', 'Bob', 'Cy', 'Dan', 'Eve'].map(name => person(name))
  const [ada] = people
  const fay = {
    ...person('Fay'),
    links: [{ attribute: 'manager' as const, added: [ada?.objectGuid ?? ''], removed: [] }]
  }
  await world.through(...people, fay)
  await confirm(world.store, world.tenant)
  const id = world.tenant.id('Fay')
  for (const name of ['Bob', 'Cy', 'Dan', 'Eve']) {
    await world.age()
    const theirs = world.tenant.id(name)
    world.tenant.setManager(id, theirs)
    await confirm(world.store, world.tenant, { user: [{ ...world.tenant.now(id), added: [theirs] }] })
    await world.tenant.export()
  }
  expect(await world.brief()).toEqual(['Fay reference-removed manager contested'])
  expect(world.tenant.membersOf(id)).toEqual([world.tenant.id('Eve')])
})

it('the first page of a process that was overtaken counts for nothing', async () => {
  await world.through(person('Ada'))
  const first = await world.store.confirming.begin('user')
  await world.client.query(
    'update export_state set exported = exported || \'{"city": "Bonn"}\', exported_at = now()'
  )
  const second = await world.store.confirming.begin('user')
  if (first === undefined || second === undefined) throw new Error('there is something of ours')
  const page = { objects: [], to: 'https://graph.test/x', complete: false, graceSeconds: 0 }
  expect(await world.store.confirming.page({ ...page, round: first })).toBe(false)
  expect(await world.store.confirming.page({ ...page, round: second })).toBe(true)
})

it('an attribute that the tenant does not know makes no suspects, and no new round', async () => {
  await world.through(person('Ada'))
  const round = await world.store.confirming.begin('user')
  if (round === undefined) throw new Error('there is something of ours')
  const ada = world.tenant.id('Ada')
  const attributes = round.attributes.filter(name => name !== 'department')
  const told = { ...world.tenant.now(ada), attributes: { displayName: 'Ada' } }
  await world.store.confirming.page({
    round: { ...round, attributes },
    objects: [told],
    to: 'https://graph.test/end',
    complete: true,
    unknown: ['department'],
    graceSeconds: 0
  })
  expect(await world.store.confirming.suspects(10)).toEqual([])
  expect(await world.store.confirming.begin('user')).toMatchObject({
    full: false,
    attributes: ['displayName']
  })
  await world.client.query('insert into drift_suspect select entry_id, now() from export_state')
  expect(await world.store.confirming.suspects(10)).toMatchObject([{ attributes: ['displayName'] }])
})

it('an account that waits for its day and is enabled by somebody is disabled again, and keeps its day', async () => {
  const ada = person('Ada')
  await world.through(ada)
  await confirm(world.store, world.tenant)
  const waiting = { ...gate, deleteAfterDays: 10 }
  await world.store.holds.rememberPolicy(waiting)
  await world.desire({ ...ada, state: 'deleted', complete: false })
  expect(await world.tenant.export(waiting)).toEqual(['disable'])
  await world.age()
  const due = async () => (await world.store.holds.postponed({ limit: 10 })).items.map(({ dueAt }) => dueAt)
  const before = await due()
  const id = world.tenant.id('Ada')
  world.tenant.change(id, { accountEnabled: true, department: 'Portal' })
  expect(await confirm(world.store, world.tenant, world.told(id))).toBe(1)
  expect(await world.brief()).toEqual(['Ada attribute accountEnabled put-back'])
  expect(await world.tenant.export(waiting)).toEqual(['disable'])
  expect(world.tenant.read(id, ['accountEnabled'])).toMatchObject({ attributes: { accountEnabled: false } })
  expect(await confirm(world.store, world.tenant, world.told(id))).toBe(0)
  expect(await world.open()).toEqual([])
  expect([before, await world.tenant.export(waiting)]).toEqual([await due(), []])
})
