import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { type ConfirmingFixture, confirmingForEachTest } from './confirming-fixture.ts'

let world: ConfirmingFixture
confirmingForEachTest(fixture => {
  world = fixture
})

const size = 8_000
const atOnce = 1_000
/** What grows with the square of the size takes several times as long. */
const boundMs = 5_000

/** Users with one manager, and a group with all of them, as if they had just been written. */
async function written(): Promise<{ readonly ids: readonly string[]; readonly group: string }> {
  const of = (sql: string) => world.client.query(sql.replaceAll('SIZE', String(size)))
  await of(
    'create temp table t as select i, gen_random_uuid() e, gen_random_uuid() g from generate_series(0, SIZE) i'
  )
  await of(`insert into metaverse_entry (id, object_type, source_anchor, attributes)
    select e, case when i = 0 then 'group' else 'user' end, 'a' || i, '{}' from t`)
  await of(`insert into export_object (entry_id, object_type, source_anchor, desired_present, desired, exported_revision)
    select e, case when i = 0 then 'group' else 'user' end, 'a' || i, true, '{"displayName": "x"}', 1 from t`)
  await of(`insert into export_state (entry_id, exported, entra_id, entra_state, exported_at)
    select e, '{"displayName": "x"}', g, 'present', now() from t`)
  await of(
    `insert into export_link select (select e from t where i = 0), 'member', e, true, true from t where i > 0`
  )
  await of(
    `insert into export_link select e, 'manager', (select e from t where i = 1), true, true from t where i > 1`
  )
  const { rows } = await world.client.query<{ g: string }>('select g from t order by i')
  const [group = '', ...ids] = rows.map(({ g }) => g)
  return { ids, group }
}

interface Item {
  readonly id: string
  readonly added: readonly string[]
}

/** @returns how long the slowest page took */
async function read(objectType: 'user' | 'group', items: readonly (readonly Item[])[]): Promise<number> {
  let round = await world.store.confirming.begin(objectType)
  let slowestMs = 0
  for (const [page, some] of items.entries()) {
    if (round === undefined) throw new Error('there is something of ours')
    const to = `https://graph.test/${randomUUID()}`
    const objects = some.map(({ id, added }) => ({
      entraId: id,
      attributes: { displayName: 'x' },
      added,
      removedReferences: []
    }))
    const beganMs = performance.now()
    await world.store.confirming.page({
      round,
      objects,
      to,
      complete: page === items.length - 1,
      graceSeconds: 0
    })
    slowestMs = Math.max(slowestMs, performance.now() - beganMs)
    round = { ...round, link: to }
  }
  return slowestMs
}

function pieces<Thing>(things: readonly Thing[]): Thing[][] {
  return Array.from({ length: Math.ceil(things.length / atOnce) }, (_unused, piece) =>
    things.slice(piece * atOnce, (piece + 1) * atOnce)
  )
}

async function judged(): Promise<number> {
  let drift = 0
  for (;;) {
    const some = await world.store.confirming.judgeReferences(atOnce, { putsBack: true, graceSeconds: 0 })
    if (some === undefined) return drift
    drift += some.drift
  }
}

it('a round of thousands of objects, and of a group with thousands of strangers, has no page that takes long', async () => {
  const { ids, group } = await written()
  const [manager = ''] = ids
  const users = ids.map((id, at) => ({ id, added: at === 0 ? [] : [manager] }))
  expect(await read('user', pieces(users))).toBeLessThan(boundMs)
  expect((await world.store.drift.summary()).suspects).toBe(0)

  const strangers = Array.from({ length: size }, () => randomUUID())
  const told = pieces([...ids, ...strangers]).map(added => [{ id: group, added }])
  expect(await read('group', told)).toBeLessThan(boundMs)
  expect(await judged()).toBe(size)
  expect(await read('group', told)).toBeLessThan(boundMs)
  const { open } = await world.store.drift.summary()
  expect(open).toMatchObject({ reported: size, 'put-back': 0 })
})
