import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transact } from '../../packages/store/src/database.ts'
import { applyScope, visitChanged } from '../../packages/store/src/scope/apply-scope.ts'
import { markScopeAffected } from '../../packages/store/src/scope/mark-scope-affected.ts'
import { previewScope } from '../../packages/store/src/scope/preview-scope.ts'
import { settleScope } from '../../packages/store/src/scope/settle-scope.ts'
import { rulesOf } from './fixtures.ts'
import {
  connector,
  containers,
  namedObjects,
  openScopeSpace,
  reference,
  type ScopeSpace
} from './scope-space.ts'

let space: ScopeSpace
beforeAll(async () => {
  space = await openScopeSpace()
})
afterAll(() => space[Symbol.asyncDispose]())
beforeEach(async () => {
  await space.clear()
})

const { id, person, ou, group, member } = namedObjects()

describe('a scope', () => {
  it('wants all of its parts, and names the first that keeps an object out', async () => {
    await space.stage([
      ou('Sales'),
      group('pilot', 'Sales'),
      person('ada', 'Sales', { department: ['x'] }),
      person('bob', 'Sales', { department: ['x'] }),
      person('cy', undefined, { department: ['x'] }),
      person('dora', 'Sales')
    ])
    await space.link([member('pilot', 'ada'), member('pilot', 'cy'), member('pilot', 'dora')])
    await space.apply({
      ...containers([id('Sales')]),
      groups: [reference(id('pilot'))],
      conditions: [[{ attribute: 'department', operator: 'present' }]]
    })
    expect(await space.parts()).toMatchObject({
      [id('pilot')]: 'condition',
      [id('ada')]: null,
      [id('bob')]: 'group',
      [id('cy')]: 'container',
      [id('dora')]: 'condition'
    })
  })

  it('is not applied on a revision that is not the newest', async () => {
    const first = await space.apply(containers([], [], 'out'))
    const stale = applyScope(space.database, { connector, scope: null, expectedRevision: first.revision - 1 })
    await expect(stale).rejects.toMatchObject({ name: 'ScopeConflictError', revision: first.revision })
    const next = await applyScope(space.database, {
      connector,
      scope: null,
      expectedRevision: first.revision
    })
    expect(next?.revision).toBe(first.revision + 1)
    expect(
      await applyScope(space.database, { connector: 'x', scope: null, expectedRevision: 0 })
    ).toBeUndefined()
  })

  it('is previewed with counts, samples and what the tenant would lose', async () => {
    await space.stage([
      ou('Sales'),
      ou('Labs'),
      person('ada', 'Sales'),
      person('bob', 'Labs'),
      group('team', 'Labs')
    ])
    const { rows } = await space.client.query<{ id: string }>(
      "insert into metaverse_entry (object_type, source_anchor, attributes) values ('user', $1, '{}') returning id",
      [id('bob')]
    )
    await space.client.query('update staged_object set entry_id = $1 where object_guid = $2', [
      rows[0]?.id,
      id('bob')
    ])
    await space.client.query(
      "insert into export_object (entry_id, object_type, source_anchor, desired_present, desired) values ($1, 'user', $2, true, '{}')",
      [rows[0]?.id, id('bob')]
    )
    await space.synchronise()
    const before = await space.parts()
    expect(await previewScope(space.database, connector, containers([id('Sales')]))).toEqual({
      inScope: { users: 1, groups: 0, contacts: 0 },
      outOfScope: { users: 1, groups: 1, contacts: 0 },
      entering: { users: 0, groups: 0, contacts: 0 },
      leaving: { users: 1, groups: 1, contacts: 0 },
      samples: {
        entering: [],
        leaving: [
          { objectGuid: id('bob'), dn: 'CN=bob', part: 'container' },
          { objectGuid: id('team'), dn: 'CN=team', part: 'container' }
        ]
      },
      exportsAffected: 1,
      missingAttributes: []
    })
    expect(await space.parts()).toEqual(before)
    expect(await previewScope(space.database, 'nowhere', null)).toBeUndefined()
  })

  it('leaves to the end of a page what the page has marked', async () => {
    await space.stage([ou('Sales'), person('ada', 'Sales'), person('bob', 'Sales')])
    await space.synchronise()
    await space.apply(containers([id('Sales')]))
    await transact(space.database, trx => markScopeAffected(trx, connector, { changed: [id('ada')] }))
    const excluded = await space.apply(containers([], [id('Sales')]))
    expect(excluded.leaving.users).toBe(2)
    expect(await space.part(id('ada'))).toBeNull()
    expect(await space.part(id('bob'))).toBe('container')
    await space.store.metaverse.synchronise({
      connector,
      objectGuids: [id('ada'), id('bob')],
      rules: rulesOf(({ objectGuid, outOfScope }) => {
        expect({ objectGuid, outOfScope }).toEqual({ objectGuid: id('bob'), outOfScope: 'container' })
        return { outcome: 'out-of-scope', reason: { code: 'test', message: 'looked at' } }
      })
    })
    expect(await transact(space.database, trx => settleScope(trx, connector))).toEqual([id('ada')])
    expect(await space.part(id('ada'))).toBe('container')
  })

  it('hands over what changed sides and waits for synchronisation', async () => {
    const people = Array.from({ length: 2_500 }, (_, place) => person(`p${place}`))
    await space.stage([ou('Sales'), person('ada', 'Sales'), ...people])
    await space.synchronise()
    const { appliedAt } = await space.apply(containers([id('Sales')]))
    const sizes: number[] = []
    const seen = new Set<string>()
    await visitChanged(space.database, { connector, appliedAt }, async guids => {
      sizes.push(guids.length)
      for (const guid of guids) seen.add(guid)
    })
    expect(sizes).toEqual([2_000, 500])
    expect(seen).toEqual(new Set(people.map(({ guid }) => guid)))
  })

  it('tells in the journal on which side an object is', async () => {
    await space.stage([ou('Sales'), person('ada')])
    await space.synchronise()
    await space.apply(containers([id('Sales')]))
    const lines = await space.store.journal.ofObject(id('ada'), 10)
    expect(lines).toMatchObject([{ step: 'scoped', detail: { revision: 2, outOfScope: 'container' } }])
  })
})
