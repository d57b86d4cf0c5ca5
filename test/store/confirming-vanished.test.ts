import { describe, expect, it } from 'vitest'
import { type ConfirmingFixture, confirmingForEachTest, person } from './confirming-fixture.ts'
import { group } from './fixtures.ts'
import { confirm, type Told } from './told-tenant.ts'

let world: ConfirmingFixture
confirmingForEachTest(fixture => {
  world = fixture
})

const few = { vanished: { count: 3, percent: 100 } }

async function company(size: number): Promise<string[]> {
  const people = Array.from({ length: size }, (_unused, index) => person(`Person ${index}`))
  await world.through(
    ...people,
    group(
      'Team',
      people.map(({ objectGuid }) => objectGuid)
    )
  )
  await confirm(world.store, world.tenant)
  await world.age()
  return people.map((_person, index) => world.tenant.id(`Person ${index}`))
}

/** Somebody deletes them, and the tenant tells so. */
function vanish(ids: readonly string[]): Told {
  for (const id of ids) world.tenant.remove(id, 'deleted')
  return { user: ids.map(id => world.tenant.now(id)) }
}

const counts = async () => (await world.store.drift.summary()).open
const held = (number: number) => ({ 'put-back': 0, reported: 0, held: number, contested: 0, accepted: 0 })

describe('when more has vanished than the threshold', () => {
  it('nothing is put back until a person wants all of it', async () => {
    const ids = await company(8)
    await confirm(world.store, world.tenant, vanish(ids.slice(0, 4)), few)
    expect(await counts()).toEqual(held(4))
    for (let round = 0; round < 2; round += 1) await confirm(world.store, world.tenant, {}, few)
    expect(await world.tenant.export()).toEqual([])
    const journal = await world.client.query(
      "select detail ->> 'action' as action from journal where step = 'drift'"
    )
    expect(journal.rows.map(({ action }) => action)).toEqual(['held', 'held', 'held', 'held'])

    expect(await world.store.drift.putBackVanished(3, 'tester')).toEqual({ result: 'changed', held: 4 })
    expect(await world.tenant.export()).toEqual([])
    expect(await world.store.drift.putBackVanished(4, 'tester')).toMatchObject({ result: 'done', busy: 0 })
    expect(new Set(await world.tenant.export())).toEqual(new Set(['restore', 'add member']))
    await confirm(world.store, world.tenant, { user: ids.map(id => world.tenant.now(id)) }, few)
    expect(await world.open()).toEqual([])
    expect(world.tenant.id('Person 0')).toBe(ids[0])
  })

  it('in a trickle, what is beyond it is held, and all that comes after', async () => {
    const ids = await company(8)
    await confirm(world.store, world.tenant, vanish(ids.slice(0, 2)), few)
    expect((await world.tenant.export()).filter(operation => operation === 'restore')).toHaveLength(2)
    await confirm(world.store, world.tenant, vanish(ids.slice(2, 4)), few)
    expect(await counts()).toEqual(held(2))
    await world.client.query("update drift set seen_at = seen_at - interval '2 hours'")
    await confirm(world.store, world.tenant, vanish(ids.slice(4, 5)), few)
    expect(await counts()).toEqual(held(3))
    expect(await world.tenant.export()).toEqual([])
  })

  it('what comes back by itself is forgotten, and a single one is put back by itself', async () => {
    const ids = await company(6)
    await confirm(world.store, world.tenant, vanish(ids.slice(0, 4)), few)
    for (const id of ids.slice(0, 3)) world.tenant.restore(id)
    const news = { user: ids.slice(0, 3).map(id => world.tenant.now(id)) }
    await confirm(world.store, world.tenant, news, few)
    expect(await counts()).toEqual(held(1))
    const [last] = await world.open()
    expect(await world.store.drift.putBack(last?.id ?? 0, 'tester')).toMatchObject({ result: 'done' })
    expect(await world.tenant.export()).toContain('restore')
  })

  it('a full round that tells of nothing is one, unless they are still there', async () => {
    const ids = await company(6)
    await world.store.confirming.resync('user')
    await readNothing()
    await confirm(world.store, world.tenant, {}, few)
    expect(await counts()).toEqual(held(0))
    for (const id of ids) world.tenant.remove(id, 'gone')
    await world.store.confirming.resync('user')
    await readNothing()
    await confirm(world.store, world.tenant, {}, few)
    expect(await counts()).toEqual(held(6))
    expect(await world.tenant.export()).toEqual([])

    async function readNothing(): Promise<void> {
      const round = await world.store.confirming.begin('user')
      if (round === undefined) throw new Error('there is something of ours')
      const to = 'https://graph.test/end'
      await world.store.confirming.page({ round, objects: [], to, complete: true, graceSeconds: 0 })
    }
  })
})

it('the share counts above twenty', async () => {
  const ids = await company(60)
  const share = { vanished: { count: 500, percent: 40 } }
  await confirm(world.store, world.tenant, vanish(ids.slice(0, 20)), share)
  expect((await counts())['put-back']).toBe(20)
  await world.tenant.export()
  await confirm(world.store, world.tenant, vanish(ids.slice(20, 25)), share)
  expect(await counts()).toEqual(held(5))
})

it('what was held and is to be deleted by now is nobody’s concern', async () => {
  const ada = person('Ada')
  await world.through(ada, person('Bob'))
  await confirm(world.store, world.tenant)
  await world.age()
  const ids = ['Ada', 'Bob'].map(name => world.tenant.id(name))
  await confirm(world.store, world.tenant, vanish(ids), { vanished: { count: 0, percent: 100 } })
  expect(await counts()).toEqual(held(2))
  await world.through({ ...ada, state: 'deleted', complete: false })
  await confirm(world.store, world.tenant, {}, few)
  expect(await world.brief()).toEqual(['Bob vanished held'])
})
