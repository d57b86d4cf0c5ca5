import { describe, expect, it } from 'vitest'
import { type ConfirmingFixture, confirmingForEachTest, person } from './confirming-fixture.ts'
import { group } from './fixtures.ts'
import { confirm, judge, readPages, type Told } from './told-tenant.ts'

let world: ConfirmingFixture
confirmingForEachTest(fixture => {
  world = fixture
})

describe('what was written and is told', () => {
  it('is confirmed, and nothing is written again', async () => {
    const people = Array.from({ length: 25 }, (_unused, index) => person(`Person ${index}`))
    await world.through(
      ...people,
      group(
        'Team',
        people.map(({ objectGuid }) => objectGuid)
      )
    )
    expect(await confirm(world.store, world.tenant)).toBe(0)
    expect(await world.tenant.export()).toEqual([])
    expect(await world.open()).toEqual([])
    const { rows } = await world.client.query('select count(*) from export_confirmation')
    expect(Number(rows[0].count)).toBe(26)
    const { rounds } = await world.store.drift.summary()
    expect(rounds).toMatchObject([
      { objectType: 'group', full: true, running: false },
      { objectType: 'user', full: true, running: false, told: 25 }
    ])
    expect(await confirm(world.store, world.tenant)).toBe(0)
    expect((await world.store.drift.summary()).rounds.map(({ full }) => full)).toEqual([false, false])
  })

  it('is put back when somebody has changed it, with one write', async () => {
    await world.through(person('Ada'), person('Bob'))
    await confirm(world.store, world.tenant)
    const ada = world.tenant.id('Ada')
    world.tenant.change(ada, { department: 'Portal', city: 'not ours' })
    expect(await confirm(world.store, world.tenant, world.told(ada))).toBe(1)
    expect(await world.open()).toMatchObject([
      { kind: 'attribute', attribute: 'department', expected: 'Sales', found: 'Portal', action: 'put-back' }
    ])
    expect(await world.tenant.export()).toEqual(['update'])
    expect(world.tenant.read(ada, ['department'])).toMatchObject({ attributes: { department: 'Sales' } })
    expect(await confirm(world.store, world.tenant, world.told(ada))).toBe(0)
    expect(await world.open()).toEqual([])
    expect(await world.tenant.export()).toEqual([])
  })

  it('is found in a full round too, cleared values among them', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    world.tenant.change(world.tenant.id('Ada'), { department: null })
    await world.store.confirming.resync('user')
    expect(await confirm(world.store, world.tenant)).toBe(1)
    expect(await world.tenant.export()).toEqual(['update'])
  })

  it('is no drift when the telling is old', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    const ada = world.tenant.id('Ada')
    const old = { ...world.tenant.now(ada), attributes: { department: 'Of old' } }
    expect(await confirm(world.store, world.tenant, { user: [old, old] })).toBe(0)
    expect(await world.tenant.export()).toEqual([])
    expect((await world.store.drift.summary()).suspects).toBe(0)
  })

  it('is judged later when it was written just now', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    const ada = world.tenant.id('Ada')
    world.tenant.change(ada, { department: 'Not yet known everywhere' })
    expect(await confirm(world.store, world.tenant, world.told(ada), { graceSeconds: 600 })).toBe(0)
    expect((await world.store.drift.summary()).suspects).toBe(1)
    await world.client.query("update export_state set exported_at = now() - interval '1 hour'")
    await world.client.query('update drift_suspect set due_at = now()')
    expect(await judge(world.store, world.tenant, { graceSeconds: 600 })).toBe(1)
  })

  it('stays a suspect while it cannot be read, and while an exporter holds it', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    const ada = world.tenant.id('Ada')
    world.tenant.change(ada, { department: 'Portal' })
    world.tenant.unreadable.add(ada)
    expect(await confirm(world.store, world.tenant, world.told(ada))).toBe(0)
    expect((await world.store.drift.summary()).suspects).toBe(1)
    world.tenant.unreadable.clear()
    await world.client.query('update drift_suspect set due_at = now()')
    await world.client.query('begin')
    await world.client.query('select from export_state for update')
    const suspects = await world.store.confirming.suspects(10)
    const read = suspects.map(suspect => ({ suspect, read: world.tenant.read(ada, suspect.attributes) }))
    const held = await world.store.confirming.judge(read, { putsBack: true, graceSeconds: 0 })
    await world.client.query('rollback')
    expect(held.drift).toBe(0)
    await world.client.query('update drift_suspect set due_at = now()')
    expect(await judge(world.store, world.tenant)).toBe(1)
  })

  it('is no drift when somebody has done what was about to be written', async () => {
    const ada = person('Ada')
    await world.through(ada)
    await confirm(world.store, world.tenant)
    await world.desire({ ...ada, attributes: { displayName: ['Ada'], department: ['Research'] } })
    world.tenant.change(world.tenant.id('Ada'), { department: 'Research' })
    expect(await confirm(world.store, world.tenant, world.told(world.tenant.id('Ada')))).toBe(0)
    expect(await world.open()).toEqual([])
  })
})

describe('the policy to report', () => {
  it('writes nothing, tells it once, and puts it back when somebody says so', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    const ada = world.tenant.id('Ada')
    world.tenant.change(ada, { department: 'Portal' })
    for (let round = 0; round < 3; round += 1)
      await confirm(world.store, world.tenant, world.told(ada), { putsBack: false })
    expect(await world.brief()).toEqual(['Ada attribute department reported'])
    expect(await world.tenant.export()).toEqual([])
    const journal = await world.client.query("select from journal where step = 'drift'")
    expect(journal.rowCount).toBe(1)

    const [drift] = await world.open()
    expect(await world.store.drift.putBack(drift?.id ?? 0, 'tester')).toMatchObject({ result: 'done' })
    expect(await world.tenant.export()).toEqual(['update'])
    await confirm(world.store, world.tenant, world.told(ada), { putsBack: false })
    expect(await world.open()).toEqual([])
  })

  it('forgets what is right again, and what is accepted until it changes', async () => {
    await world.through(person('Ada'), person('Bob'))
    await confirm(world.store, world.tenant)
    const [ada, bob] = [world.tenant.id('Ada'), world.tenant.id('Bob')]
    const both: () => Told = () => ({ user: [world.tenant.now(ada), world.tenant.now(bob)] })
    for (const id of [ada, bob]) world.tenant.change(id, { department: 'Portal' })
    await confirm(world.store, world.tenant, both(), { putsBack: false })
    const first = (await world.open()).find(({ displayName }) => displayName === 'Ada')
    await world.store.drift.accept(first?.id ?? 0, 'tester')
    world.tenant.change(bob, { department: 'Sales' })
    await confirm(world.store, world.tenant, both(), { putsBack: false })
    expect(await world.brief()).toEqual(['Ada attribute department accepted'])
    world.tenant.change(ada, { department: 'Elsewhere' })
    await confirm(world.store, world.tenant, both(), { putsBack: false })
    expect(await world.brief()).toEqual(['Ada attribute department reported'])
  })

  it('is caught up with when the policy changes', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    const ada = world.tenant.id('Ada')
    world.tenant.change(ada, { department: 'Portal' })
    await confirm(world.store, world.tenant, world.told(ada), { putsBack: false })
    expect(await confirm(world.store, world.tenant)).toBe(1)
    expect(await world.tenant.export()).toEqual(['update'])
  })
})

it('ends a fight after three times, until somebody decides', async () => {
  await world.through(person('Ada'))
  await confirm(world.store, world.tenant)
  const ada = world.tenant.id('Ada')
  const writes: string[] = []
  for (let round = 0; round < 6; round += 1) {
    world.tenant.change(ada, { department: `Theirs ${round}` })
    await confirm(world.store, world.tenant, world.told(ada))
    writes.push(...(await world.tenant.export()))
  }
  expect(writes).toEqual(['update', 'update', 'update'])
  expect(await world.brief()).toEqual(['Ada attribute department contested'])
  const [drift] = await world.open()
  await world.store.drift.putBack(drift?.id ?? 0, 'tester')
  expect(await world.tenant.export()).toEqual(['update'])
  await confirm(world.store, world.tenant, world.told(ada))
  expect(await world.open()).toEqual([])
  world.tenant.change(ada, { department: 'Theirs again' })
  await confirm(world.store, world.tenant, world.told(ada))
  expect(await world.brief()).toEqual(['Ada attribute department put-back'])
})

describe('a reading that is interrupted', () => {
  it('goes on where it was, and a page that is repeated changes nothing', async () => {
    const people = Array.from({ length: 10 }, (_unused, index) => person(`Person ${index}`))
    const made = group(
      'Team',
      people.map(({ objectGuid }) => objectGuid)
    )
    await world.through(...people, made)
    const everything = world.tenant.everything('user')
    const round = await world.store.confirming.begin('user')
    if (round === undefined) throw new Error('there is something of ours')
    await readPages(world.store, { round, objects: everything, stopAfter: 2 })
    const again = await world.store.confirming.begin('user')
    expect(again).toMatchObject({ full: true })
    expect(again?.link).not.toBe(undefined)

    const stale = { round, objects: everything.slice(0, 3), to: 'x', complete: false, graceSeconds: 0 }
    expect(await world.store.confirming.page(stale)).toBe(false)
    await readPages(world.store, {
      round: again ?? round,
      // What comes next, with some of what came before: Graph repeats itself.
      objects: [...everything.slice(4), ...everything.slice(0, 2)]
    })
    expect(await judge(world.store, world.tenant)).toBe(0)
    expect(await world.tenant.export()).toEqual([])
  })

  it('begins with everything when an attribute is written that was not before', async () => {
    await world.through(person('Ada'))
    await confirm(world.store, world.tenant)
    expect(await world.store.confirming.begin('user')).toMatchObject({
      full: false,
      attributes: ['department', 'displayName']
    })
    await confirm(world.store, world.tenant)
    await world.client.query(
      'update export_state set exported = exported || \'{"city": "Bonn"}\', exported_at = now()'
    )
    expect(await world.store.confirming.begin('user')).toMatchObject({
      full: true,
      link: undefined,
      attributes: ['city', 'department', 'displayName']
    })
  })
})

it('never judges what is refused, nor an anchor', async () => {
  await world.through(person('Ada'))
  await world.client.query(
    `update export_state set exported = exported || '{"onPremisesImmutableId": "ours"}',
       problem = '{"code": "invalid-value", "attribute": "department", "message": ""}'`
  )
  await confirm(world.store, world.tenant)
  const ada = world.tenant.id('Ada')
  world.tenant.change(ada, { department: 'Theirs', onPremisesImmutableId: 'theirs' })
  await confirm(world.store, world.tenant, world.told(ada))
  expect(await world.brief()).toEqual(['Ada attribute onPremisesImmutableId reported'])
  expect(await world.tenant.export()).toEqual([])
})

it('reads many objects, and finds the few that are not as they were written', async () => {
  const people = Array.from({ length: 1_500 }, (_unused, index) => person(`Person ${index}`))
  const team = group(
    'Team',
    people.slice(5).map(({ objectGuid }) => objectGuid)
  )
  await world.through(...people, team)
  const [teamId, first, last] = ['Team', 'Person 1', 'Person 1499'].map(name => world.tenant.id(name))
  world.tenant.change(first ?? '', { department: 'Portal' })
  world.tenant.removeMember(teamId ?? '', last ?? '')
  world.tenant.addMember(teamId ?? '', first ?? '')
  expect(await confirm(world.store, world.tenant, {}, { pageSize: 200 })).toBe(3)
  expect((await world.tenant.export()).toSorted()).toEqual(['add member', 'remove member', 'update'])
  await world.store.confirming.resync('user')
  await world.store.confirming.resync('group')
  expect(await confirm(world.store, world.tenant, {}, { pageSize: 200 })).toBe(0)
  expect(await world.tenant.export()).toEqual([])
})
