import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transact } from '../../packages/store/src/database.ts'
import { readScope } from '../../packages/store/src/scope/read-scope.ts'
import { settleScope } from '../../packages/store/src/scope/settle-scope.ts'
import { user as fixtureUser, stage } from './fixtures.ts'
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

describe('containers', () => {
  beforeEach(async () => {
    await space.stage([
      { ...ou('domain'), objectClass: 'domainDNS' },
      ou('Sales', 'domain'),
      ou('Former', 'Sales'),
      ou('Back', 'Former'),
      ou('Labs', 'domain'),
      person('root', 'domain'),
      person('ada', 'Sales'),
      person('bob', 'Former'),
      person('cy', 'Back'),
      person('dora', 'Labs')
    ])
    await space.synchronise()
  })

  const scope = () => containers([id('Sales'), id('Back')], [id('Former')])

  it('decide by the nearest chosen one', async () => {
    const applied = await space.apply(scope())
    expect(applied).toMatchObject({
      inScope: { users: 2, groups: 0, contacts: 0 },
      outOfScope: { users: 3 },
      entering: { users: 0 },
      leaving: { users: 3 }
    })
    expect(await space.parts()).toMatchObject({
      [id('root')]: 'container',
      [id('ada')]: null,
      [id('bob')]: 'container',
      [id('cy')]: null,
      [id('dora')]: 'container',
      [id('Former')]: null
    })
    expect(await space.revision(id('ada'))).toBe(1)
    expect(await space.revision(id('bob'))).toBe(2)
  })

  it('that are only excluded leave everything else in', async () => {
    await space.apply(containers([], [id('Former')]))
    expect(await space.parts()).toMatchObject({
      [id('root')]: null,
      [id('bob')]: 'container',
      [id('cy')]: 'container',
      [id('dora')]: null
    })
  })

  it('that are renamed change nothing', async () => {
    await space.apply(scope())
    await space.synchronise()
    const renamed = { ...ou('Sales', 'domain'), dn: 'OU=Selling' }
    expect(await space.stage([renamed], { moved: [id('Sales')] })).toEqual([])
    const { rows } = await space.client.query(
      'select from staged_object where revision > synchronised_revision'
    )
    // The container itself, which the page has written.
    expect(rows).toHaveLength(1)
  })

  it('that are moved take along what is below them', async () => {
    await space.apply(containers([id('Sales')]))
    await space.synchronise()
    const out = await space.stage([ou('Former', 'Labs')], { moved: [id('Former')] })
    expect(out.toSorted()).toEqual([id('bob'), id('cy')].toSorted())
    expect(await space.part(id('cy'))).toBe('container')
    const back = await space.stage([ou('Former', 'Sales')], { moved: [id('Former')] })
    expect(back.toSorted()).toEqual([id('bob'), id('cy')].toSorted())
    expect(await space.part(id('cy'))).toBeNull()
  })

  it('let an object in and out that is moved', async () => {
    await space.apply(containers([id('Sales')]))
    await space.synchronise()
    expect(await space.stage([person('dora', 'Sales')])).toEqual([id('dora')])
    expect(await space.stage([person('ada', 'Labs')])).toEqual([id('ada')])
    expect(await space.stage([person('bob', 'Sales')])).toEqual([])
  })

  it('that come later than what is in them are taken into account', async () => {
    await space.apply(containers([id('Sales')]))
    expect(await space.stage([person('eve', 'New')])).toEqual([id('eve')])
    expect(await space.part(id('eve'))).toBe('container')
    expect(await space.stage([ou('New', 'Sales')])).toEqual([id('eve')])
    expect(await space.part(id('eve'))).toBeNull()
  })

  it('that are new are out where the scope says so, until it is applied again', async () => {
    await space.apply(containers([], [], 'out'))
    await space.stage([
      ou('New', 'Sales'),
      ou('Newer', 'New'),
      person('eve', 'Newer'),
      person('fay', 'Sales')
    ])
    expect(await space.part(id('eve'))).toBe('container')
    expect(await space.part(id('fay'))).toBeNull()
    await space.apply(containers([id('domain'), id('Newer')], [], 'out'))
    expect(await space.part(id('eve'))).toBeNull()
  })

  it('that the first full import finds are not new', async () => {
    await space.client.query('update connector set imported_attributes = null')
    await space.apply(containers([], [], 'out'))
    await space.stage([ou('First', 'domain'), person('eve', 'First')])
    await space.client.query("update connector set imported_attributes = '{}'")
    await space.stage([ou('Last', 'domain'), person('fay', 'Last')])
    await space.stage([ou('New', 'domain'), person('gus', 'New')])
    expect(await space.parts()).toMatchObject({
      [id('eve')]: null,
      [id('fay')]: null,
      [id('gus')]: 'container'
    })
  })

  it('and without any scope everything is in again', async () => {
    await space.apply(scope())
    const applied = await space.apply(null)
    expect(applied).toMatchObject({ scope: null, entering: { users: 3 }, outOfScope: { users: 0 } })
    expect(Object.values(await space.parts()).every(part => part === null)).toBe(true)
  })
})

describe('groups', () => {
  const scope = () => ({ groups: [reference(id('pilot'))] })

  beforeEach(async () => {
    await space.stage([
      group('pilot'),
      group('inner'),
      group('deepest'),
      group('other'),
      ...['ada', 'bob', 'cy', 'dora'].map(name => person(name))
    ])
    await space.link([
      member('pilot', 'ada'),
      member('pilot', 'inner'),
      member('inner', 'bob'),
      member('other', 'dora')
    ])
    await space.synchronise()
  })

  it('let in themselves and their members, nested ones too', async () => {
    await space.apply(scope())
    expect(await space.parts()).toMatchObject({
      [id('pilot')]: null,
      [id('inner')]: null,
      [id('other')]: 'group',
      [id('ada')]: null,
      [id('bob')]: null,
      [id('cy')]: 'group',
      [id('dora')]: 'group'
    })
  })

  it('let somebody in who joins, and out who leaves', async () => {
    await space.apply(scope())
    await space.synchronise()
    expect(await space.link([member('inner', 'cy')])).toEqual([id('cy')])
    expect(await space.link([member('inner', 'cy', false)])).toEqual([id('cy')])
    expect(await space.link([member('other', 'ada')])).toEqual([])
  })

  it('take along the members of a group that joins or leaves', async () => {
    await space.apply(scope())
    await space.synchronise()
    const joined = await space.link([member('inner', 'other')])
    expect(joined.toSorted()).toEqual([id('other'), id('dora')].toSorted())
    const left = await space.link([member('pilot', 'inner', false)])
    expect(left.toSorted()).toEqual(['inner', 'other', 'bob', 'dora'].map(id).toSorted())
  })

  it('that are members of one another come to an end', async () => {
    await space.link([member('inner', 'deepest'), member('deepest', 'inner'), member('deepest', 'deepest')])
    await space.link([member('deepest', 'cy')])
    await space.apply(scope())
    await space.synchronise()
    expect(await space.part(id('cy'))).toBeNull()
    const left = await space.link([member('pilot', 'inner', false)])
    expect(left.toSorted()).toEqual(['inner', 'deepest', 'bob', 'cy'].map(id).toSorted())
  })

  it('that are deleted let their members out', async () => {
    await space.apply(scope())
    await space.synchronise()
    const deleted = fixtureUser('inner', { objectGuid: id('inner'), state: 'deleted' })
    const { changed } = await stage(space.store, [deleted])
    expect(changed.toSorted()).toEqual([id('inner'), id('bob')].toSorted())
    expect(await space.part(id('bob'))).toBe('group')
  })
})

describe('conditions', () => {
  const where = (attribute: string, operator: 'equals' | 'not-equals', value: string) =>
    ({ conditions: [[{ attribute, operator, value }]] }) as const

  const cases: [operator: string, value: string | undefined, department: string[], holds: boolean][] = [
    ['equals', 'VERKAUF ÄÖ', ['Verkauf äö'], true],
    ['equals', 'Verkauf', ['Verkauf Süd'], false],
    ['equals', 'b', ['a', 'B'], true],
    ['equals', 'a', [], false],
    ['not-equals', 'Sales', ['Labs'], true],
    ['not-equals', 'sales', ['Sales'], false],
    ['not-equals', 'b', ['a', 'B'], false],
    ['not-equals', 'Sales', [], true],
    ['starts-with', 'ver', ['Verkauf'], true],
    ['starts-with', '%', ['Verkauf'], false],
    ['contains', 'KAU', ['Verkauf'], true],
    ['contains', '_', ['Verkauf'], false],
    ['present', undefined, ['x'], true],
    ['present', undefined, [], false],
    ['absent', undefined, [], true],
    ['absent', undefined, ['x'], false]
  ]
  it.each(cases)('%s %j of %j: %j', async (operator, value, department, holds) => {
    await space.apply({
      conditions: [[{ attribute: 'department', operator, ...(value !== undefined && { value }) } as never]]
    })
    await space.stage([person('ada', undefined, department.length > 0 ? { department } : {})])
    expect(await space.part(id('ada'))).toBe(holds ? null : 'condition')
  })

  it('are met by one of the lists, and by all of its conditions', async () => {
    await space.apply({
      conditions: [
        [
          { attribute: 'department', operator: 'equals', value: 'Sales' },
          { attribute: 'title', operator: 'present' }
        ],
        [{ attribute: 'department', operator: 'equals', value: 'Labs' }]
      ]
    })
    await space.stage([
      person('ada', undefined, { department: ['Sales'], title: ['Head'] }),
      person('bob', undefined, { department: ['Sales'] }),
      person('cy', undefined, { department: ['Labs'] })
    ])
    expect(await space.parts()).toEqual({ [id('ada')]: null, [id('bob')]: 'condition', [id('cy')]: null })
    expect(await space.stage([person('cy', undefined, { department: ['Sales'] })])).toEqual([id('cy')])
  })

  it('on attributes that were never imported move nobody, until a full import has read them', async () => {
    await space.stage([person('ada'), person('bob')])
    await space.synchronise()
    const applied = await space.apply(where('employeeType', 'equals', 'staff'))
    expect(applied.missingAttributes).toEqual(['employeeType'])
    expect(applied.leaving.users).toBe(0)
    expect(await space.stage([person('new')])).toEqual([id('new')])
    expect(await space.stage([person('ada', undefined, { employeeType: ['staff'] })])).toEqual([])
    await space.client.query("update connector set imported_attributes = '{department,employeeType}'")
    const moved = await transact(space.database, trx => settleScope(trx, connector))
    expect(moved).toEqual([id('bob')])
    expect(await space.parts()).toEqual({
      [id('ada')]: null,
      [id('bob')]: 'condition',
      [id('new')]: 'condition'
    })
    expect((await readScope(space.database, connector))?.waitsFor).toEqual([])
  })
})
