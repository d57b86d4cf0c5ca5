import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connector, group, stage } from '../store/fixtures.ts'
import { person, settle, synchroniseAll } from './people.ts'
import { type Api, startApi } from './start-api.ts'

let api: Api

const ada = person('Ada', { department: ['Sales'], title: ['Director'] })
const bob = person('Bob', { department: ['Sales'], title: ['Clerk'] })
const cy = person('Cy')
const dan = person('Dan')
const eve = person('=Eve', { mail: ['eve@corp.example.test'] })
const fay = person('Fay')
const team = group('Team', [ada.objectGuid, bob.objectGuid, cy.objectGuid], {
  attributes: { cn: ['Team'], sAMAccountName: ['Team'], groupType: ['-2147483646'], displayName: ['Team'] }
})

interface Item {
  readonly objectGuid: string
  readonly operation: string
  readonly objectType: string
  readonly changes: readonly { attribute: string; before?: unknown; after?: unknown }[]
  readonly references: readonly object[]
  readonly takesOver?: object
}

const list = async (query = ''): Promise<{ items: Item[]; next?: string }> => {
  const { status, body } = await api.send({ method: 'GET', path: `/v1/pending-exports${query}` })
  expect(status).toBe(200)
  return body
}
const of = (items: readonly Item[], { objectGuid }: { objectGuid: string }) =>
  items.find(item => item.objectGuid === objectGuid)

beforeAll(async () => {
  api = await startApi()
  await stage(api.store, [ada, bob, cy, dan, team])
  await settle(api)
  await api.store.exportMode.set({ mode: 'staging', by: 'tester', reason: 'A look', waitMs: 1_000 })
  await stage(api.store, [
    { ...ada, attributes: { ...ada.attributes, department: ['Marketing'], title: [] } },
    { ...bob, attributes: { ...bob.attributes, department: ['Marketing'] } },
    { ...cy, state: 'deleted', complete: false },
    eve,
    fay,
    {
      ...team,
      complete: false,
      attributes: {},
      links: [{ attribute: 'member', added: [eve.objectGuid, fay.objectGuid], removed: [bob.objectGuid] }]
    }
  ])
  await synchroniseAll(api)
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

describe('what would be written', () => {
  it('is told object by object, and nothing else', async () => {
    const { items, next } = await list()
    expect(next).toBeUndefined()
    expect(items.map(({ operation }) => operation).toSorted()).toEqual([
      'create',
      'create',
      'delete',
      'none',
      'update',
      'update'
    ])
    expect(of(items, dan)).toBeUndefined()
    expect(of(items, ada)).toMatchObject({
      operation: 'update',
      objectType: 'user',
      connector,
      dn: ada.dn,
      entraId: expect.any(String),
      references: []
    })
    expect(of(items, ada)?.changes).toEqual(
      expect.arrayContaining([
        { attribute: 'department', before: 'Sales', after: 'Marketing' },
        { attribute: 'jobTitle', before: 'Director', after: null }
      ])
    )
    expect(of(items, ada)?.changes).toHaveLength(2)
    expect(of(items, cy)).toMatchObject({ operation: 'delete', changes: [] })
  })

  it('tells references with how many and whom, also of what is not in the tenant yet', async () => {
    const { items } = await list('?operation=none')
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      objectGuid: team.objectGuid,
      objectType: 'group',
      changes: [],
      references: [
        {
          attribute: 'member',
          operation: 'add',
          count: 2,
          examples: expect.arrayContaining(['=Eve', 'Fay'])
        },
        { attribute: 'member', operation: 'remove', count: 1, examples: ['Bob'] }
      ]
    })
  })

  it('has no secret of a user who is to be created', async () => {
    const { items } = await list('?operation=create')
    expect(items).toHaveLength(2)
    const text = JSON.stringify(items)
    expect(text).toContain('eve@corp.example.test')
    expect(text).not.toMatch(/password/i)
  })

  it('is filtered by operation and type', async () => {
    const guids = async (query: string) => (await list(query)).items.map(({ objectGuid }) => objectGuid)
    expect((await guids('?operation=update')).toSorted()).toEqual([ada.objectGuid, bob.objectGuid].toSorted())
    expect(await guids('?operation=delete')).toEqual([cy.objectGuid])
    expect(await guids('?operation=restore')).toEqual([])
    expect(await guids('?objectType=group')).toEqual([team.objectGuid])
    expect(await guids('?objectType=group&operation=create')).toEqual([])
    expect((await api.get('/v1/pending-exports?operation=adopt')).status).toBe(400)
    expect((await api.get('/v1/pending-exports?after=x')).status).toBe(400)
  })

  it('is the same page by page', async () => {
    const all = await list()
    for (const limit of [1, 2, 5]) {
      const paged: Item[] = []
      let after = ''
      do {
        const { items, next } = await list(`?limit=${limit}${after}`)
        expect(items.length).toBeLessThanOrEqual(limit)
        paged.push(...items)
        after = next === undefined ? '' : `&after=${next}`
      } while (after !== '')
      expect(paged).toEqual(all.items)
    }
  })

  it('is counted', async () => {
    const { body } = await api.send({ method: 'GET', path: '/v1/pending-exports/summary' })
    expect(body).toEqual({
      objects: [
        { operation: 'create', objectType: 'user', objects: 2, refused: 0, held: 0 },
        { operation: 'delete', objectType: 'user', objects: 1, refused: 0, held: 0 },
        { operation: 'update', objectType: 'user', objects: 2, refused: 0, held: 0 }
      ],
      attributes: [
        { attribute: 'department', objects: 2, cleared: 0 },
        { attribute: 'jobTitle', objects: 1, cleared: 1 }
      ],
      references: [
        { attribute: 'member', operation: 'add', references: 2, refused: 0 },
        { attribute: 'member', operation: 'remove', references: 1, refused: 0 }
      ]
    })
  })
})

describe('as CSV', () => {
  const csv = async (query = '') => {
    const { text, headers, status } = await api.send({
      method: 'GET',
      path: `/v1/pending-exports${query}`,
      headers: { accept: 'text/csv' }
    })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    return text.replace(/\r\n$/, '').split('\r\n')
  }

  it('has a line for each change, each object that comes or goes, and each kind of reference', async () => {
    const [heading, ...lines] = await csv()
    expect(heading).toContain('OPERATION,OBJECTTYPE,DISTINGUISHEDNAME')
    expect(
      lines.map(line => line.split(',')[0]).toSorted((one = '', other = '') => one.localeCompare(other))
    ).toEqual(['add', 'create', 'create', 'delete', 'remove', 'update', 'update', 'update'])
    expect(lines.find(line => line.includes('jobTitle'))).toMatch(/^update,user,.*,jobTitle,Director,,,$/)
    expect(lines.find(line => line.startsWith('remove'))).toContain(',member,1: Bob,')
  })

  it('is filtered, and has no cell that a spreadsheet would run', async () => {
    const lines = (await csv('?operation=none')).slice(1)
    expect(lines).toHaveLength(2)
    expect(lines.join('\n')).not.toMatch(/(^|,|")[=+@-]/m)
  })
})

it('says which account of the tenant a new user would probably take over', async () => {
  await api.store.tenant.remember({
    tenantId: randomUUID(),
    displayName: 'Corp',
    initialDomain: 'corp.onmicrosoft.com',
    verifiedDomains: ['corp.onmicrosoft.com']
  })
  const snapshot = await api.store.tenant.beginSnapshot()
  const entraId = randomUUID()
  await api.store.tenant.addToSnapshot(snapshot, [
    {
      entraId,
      objectType: 'user',
      displayName: 'Fay of the cloud',
      userPrincipalName: 'Fay@corp.example.test',
      immutableId: null,
      keys: [{ space: 'address', value: 'fay@corp.example.test' }]
    }
  ])
  await api.store.tenant.endSnapshot(snapshot)
  const { items } = await list('?operation=create')
  expect(of(items, fay)?.takesOver).toEqual({
    by: 'userPrincipalName',
    entraId,
    userPrincipalName: 'Fay@corp.example.test'
  })
  expect(of(items, eve)?.takesOver).toBeUndefined()
})

it('is nothing once all is written', async () => {
  await api.store.exportMode.set({ mode: 'export', by: 'tester', reason: 'Seen', waitMs: 1_000 })
  await settle(api)
  expect(await list()).toEqual({ items: [] })
})
