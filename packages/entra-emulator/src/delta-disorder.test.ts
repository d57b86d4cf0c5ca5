import { describe, expect, test } from 'vitest'
import type { DeltaDisorder } from './state/delta-disorder.ts'
import {
  errorOf,
  type GraphAnswer,
  items,
  type JsonObject,
  objectOf,
  reference,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

const disorder: Partial<DeltaDisorder> = {
  seed: 7,
  replayed: 0.3,
  delayed: 0.4,
  emptyPages: 0.5,
  pageSize: 5,
  referencesPerItem: 3
}

interface Round {
  readonly pages: readonly GraphAnswer[]
  readonly all: readonly JsonObject[]
  readonly last: GraphAnswer
}

async function round(tenant: TestTenant, start: GraphAnswer): Promise<Round> {
  const pages = [start]
  for (let last = start; last.body['@odata.nextLink'] !== undefined; ) {
    last = await tenant.follow(last, '@odata.nextLink')
    pages.push(last)
  }
  const last = pages.at(-1) ?? start
  expect(last.body['@odata.deltaLink']).toBeDefined()
  return { pages, all: pages.flatMap(page => items(page)), last }
}

const next = async (tenant: TestTenant, { last }: Round) =>
  await round(tenant, await tenant.follow(last, '@odata.deltaLink'))

const idsOf = (all: readonly JsonObject[]) => all.map(item => String(item.id))

describe('a disorderly delta query', () => {
  test('tells everything in the end: late, again, and between empty pages', async () => {
    await using tenant = await startTestTenant()
    tenant.emulator.administration.setDelta(disorder)
    const ids: string[] = []
    for (let index = 0; index < 30; index += 1) ids.push(await tenant.createUser(`u${index}`))
    const first = await round(tenant, await tenant.graph('GET', '/users/delta?$select=city'))
    expect(new Set(idsOf(first.all))).toEqual(new Set(ids))
    expect(first.all.length, 'some are told again').toBeGreaterThan(30)
    expect(
      first.pages.some(page => items(page).length === 0),
      'a page is empty'
    ).toBe(true)

    for (const id of ids) await tenant.graph('PATCH', `/users/${id}`, { city: 'Ulm' })
    const second = await next(tenant, first)
    const told = new Set(idsOf(second.all))
    expect(told.size, 'some changes come late').toBeLessThan(30)
    expect(second.all.length, 'some are told again in the same round').toBeGreaterThan(told.size)
    const third = await next(tenant, second)
    const late = new Set(idsOf(third.all))
    expect(new Set([...told, ...late])).toEqual(new Set(ids))
    expect(
      [...late].some(id => told.has(id)),
      'and some once more in the next one'
    ).toBe(true)
    for (const item of [...second.all, ...third.all]) expect(item.city).toBe('Ulm')
    expect((await next(tenant, third)).all).toEqual([])
  })

  test('does so in the same way for the same seed', async () => {
    await using tenant = await startTestTenant()
    tenant.emulator.administration.setDelta(disorder)
    for (let index = 0; index < 20; index += 1) await tenant.createUser(`u${index}`)
    const start = await tenant.graph('GET', '/users/delta')
    const [one, other] = [await round(tenant, start), await round(tenant, start)]
    expect(idsOf(other.all)).toEqual(idsOf(one.all))
  })

  test('tells the members of a group in several occurrences on several pages, later too', async () => {
    await using tenant = await startTestTenant()
    tenant.emulator.administration.setDelta({ referencesPerItem: 2, pageSize: 1 })
    const crew = await tenant.createGroup('crew')
    const users: string[] = []
    for (let index = 0; index < 5; index += 1) users.push(await tenant.createUser(`u${index}`))
    const latest = await tenant.graph('GET', '/groups/delta?$deltatoken=latest')
    for (const id of users) await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(id))
    const changes = await next(tenant, { pages: [], all: [], last: latest })
    const sizes = changes.all.map(item => membersOf(item).length)
    expect([idsOf(changes.all), sizes, changes.pages.length]).toEqual([[crew, crew, crew], [2, 2, 1], 3])
    expect(changes.all.flatMap(membersOf)).toEqual(users)
    const whole = await round(tenant, await tenant.graph('GET', '/groups/delta'))
    expect(whole.all.flatMap(membersOf)).toEqual(users)
  })

  test('tells what lies in the bin at first, page by page', async () => {
    await using tenant = await startTestTenant()
    const ids = [await tenant.createUser('a'), await tenant.createUser('b'), await tenant.createUser('c')]
    for (const id of ids.slice(1).reverse()) await tenant.graph('DELETE', `/users/${id}`)
    tenant.emulator.administration.setDelta({ removedAtFirst: true, pageSize: 1 })
    const { all } = await round(tenant, await tenant.graph('GET', '/users/delta?$select=displayName'))
    const removed = { '@removed': { reason: 'changed' } }
    expect(all).toEqual([
      { id: ids[0], displayName: 'User a' },
      { id: ids[1], ...removed },
      { id: ids[2], ...removed }
    ])
  })

  test('is switched by a call, and off again', async () => {
    await using tenant = await startTestTenant()
    const set = async (body: object) => {
      const url = `${tenant.emulator.graphUrl}/emulator/delta`
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      return { status: response.status, body: objectOf(await response.json()) }
    }
    expect((await set({ replayed: 1 })).body).toMatchObject({ replayed: 1, delayed: 0, pageSize: 200 })
    expect((await set({})).body).toMatchObject({ replayed: 0 })
    expect((await set({ replayed: 2 })).status).toBe(400)
  })
})

describe('a delta query', () => {
  test('of contacts tells those that come, change and go', async () => {
    await using tenant = await startTestTenant()
    const { administration } = tenant.emulator
    const contact = (displayName: string) =>
      administration.createContact({ displayName, mail: `${displayName}@elsewhere.example` })
    const [ann, bob] = [contact('ann'), contact('bob')]
    const first = await round(tenant, await tenant.graph('GET', '/contacts/delta?$select=displayName'))
    expect(first.all).toEqual([
      { id: ann, displayName: 'ann' },
      { id: bob, displayName: 'bob' }
    ])
    administration.setProperties(ann, { displayName: 'Ann' })
    administration.remove(bob)
    const carl = contact('carl')
    expect((await next(tenant, first)).all).toEqual([
      { id: ann, displayName: 'Ann' },
      { id: bob, '@removed': { reason: 'deleted' } },
      { id: carl, displayName: 'carl' }
    ])
  })

  test('tells only what changed to who prefers that', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('ann', { city: 'Ulm' })
    const { last } = await round(tenant, await tenant.graph('GET', '/users/delta?$select=displayName,city'))
    await tenant.graph('PATCH', `/users/${id}`, { displayName: 'Ann' })
    const link = String(last.body['@odata.deltaLink']).slice(`${tenant.emulator.graphUrl}/v1.0`.length)
    const minimal = await tenant.graph('GET', link, undefined, { Prefer: 'return=minimal' })
    expect(items(minimal)).toEqual([{ id, displayName: 'Ann' }])
    expect(items(await tenant.graph('GET', link))).toEqual([{ id, displayName: 'Ann', city: 'Ulm' }])
  })

  test('follows some ids when it is asked to, and filters by nothing else', async () => {
    await using tenant = await startTestTenant()
    const [ann, bob] = [
      await tenant.createUser('ann'),
      await tenant.createUser('bob'),
      await tenant.createUser('carl')
    ]
    const filter = encodeURIComponent(`id eq '${ann}' or id eq '${bob}'`)
    const { all } = await round(
      tenant,
      await tenant.graph('GET', `/users/delta?$select=id&$filter=${filter}`)
    )
    expect(idsOf(all)).toEqual([ann, bob])
    const other = await tenant.graph('GET', "/users/delta?$filter=displayName eq 'x'")
    expect(errorOf(other).code).toBe('Request_UnsupportedQuery')
  })

  test('that has expired is 400 where the tenant answers so', async () => {
    await using tenant = await startTestTenant({ behaviour: { expiredDeltaStatus: 400 } })
    const { last } = await round(tenant, await tenant.graph('GET', '/groups/delta'))
    tenant.emulator.clock.advance(7 * 86_400_000 + 60_000)
    const late = await tenant.follow(last, '@odata.deltaLink')
    expect([late.status, errorOf(late).code, late.headers.get('location')]).toEqual([
      400,
      'syncStateNotFound',
      null
    ])
  })
})

function membersOf(item: JsonObject): string[] {
  const members = item['members@delta']
  return Array.isArray(members) ? members.map(member => String(objectOf(member).id)) : []
}
