import { describe, expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import {
  errorOf,
  type GraphAnswer,
  items,
  type JsonObject,
  reference,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

const day = 86_400_000

/** Follows the links to the end of the round. */
async function round(
  tenant: TestTenant,
  start: GraphAnswer
): Promise<{ last: GraphAnswer; all: JsonObject[] }> {
  const all = [...items(start)]
  let last = start
  while (last.body['@odata.nextLink'] !== undefined) {
    last = await tenant.follow(last, '@odata.nextLink')
    all.push(...items(last))
  }
  return { last, all }
}

const changesAfter = async (tenant: TestTenant, last: GraphAnswer) =>
  await round(tenant, await tenant.follow(last, '@odata.deltaLink'))

describe('a delta query', () => {
  test('lists everything first, page by page, without what was never set', async () => {
    await using tenant = await startTestTenant()
    for (const name of ['a', 'b', 'c']) await tenant.createUser(name)
    const start = await tenant.graph('GET', '/users/delta?$select=displayName,city', undefined, {
      Prefer: 'odata.maxpagesize=2'
    })
    expect(items(start)).toHaveLength(2)
    const { all } = await round(tenant, start)
    expect(all.map(user => user.displayName)).toEqual(['User a', 'User b', 'User c'])
    expect(all[0]).not.toHaveProperty('city')
  })

  test('then tells what changed, was deleted, purged, created or restored', async () => {
    await using tenant = await startTestTenant()
    const [changed, deleted, purged] = [
      await tenant.createUser('a'),
      await tenant.createUser('b'),
      await tenant.createUser('c')
    ]
    const { last } = await round(tenant, await tenant.graph('GET', '/users/delta?$select=displayName,city'))
    await tenant.graph('PATCH', `/users/${changed}`, { city: 'Ulm' })
    await tenant.graph('PATCH', `/users/${changed}`, { city: null })
    for (const id of [deleted, purged]) await tenant.graph('DELETE', `/users/${id}`)
    await tenant.graph('DELETE', `/directory/deletedItems/${purged}`)
    const created = await tenant.createUser('d')
    const second = await changesAfter(tenant, last)
    expect(second.all).toEqual([
      { id: changed, displayName: 'User a', city: null },
      { id: deleted, '@removed': { reason: 'changed' } },
      { id: purged, '@removed': { reason: 'deleted' } },
      { id: created, displayName: 'User d' }
    ])
    await tenant.graph('POST', `/directory/deletedItems/${deleted}/restore`)
    const third = await changesAfter(tenant, second.last)
    expect(third.all).toEqual([{ id: deleted, displayName: 'User b' }])
    expect((await changesAfter(tenant, third.last)).all).toEqual([])
  })

  test('does not tell changes of what is not selected', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('a')
    const { last } = await round(tenant, await tenant.graph('GET', '/users/delta?$select=city'))
    await tenant.graph('PATCH', `/users/${id}`, { department: 'Sales' })
    expect((await changesAfter(tenant, last)).all).toEqual([])
  })

  test('tells members that come and go, a deleted one among them', async () => {
    await using tenant = await startTestTenant()
    const [ann, bob, carl] = [
      await tenant.createUser('a'),
      await tenant.createUser('b'),
      await tenant.createUser('c')
    ]
    const crew = await tenant.createGroup('crew')
    for (const id of [ann, bob]) await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(id))
    const first = await round(tenant, await tenant.graph('GET', '/groups/delta?$select=displayName,members'))
    const user = '#microsoft.graph.user'
    expect(first.all).toEqual([
      {
        id: crew,
        displayName: 'Group crew',
        'members@delta': [ann, bob].map(id => ({ '@odata.type': user, id }))
      }
    ])
    await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(carl))
    await tenant.graph('DELETE', `/groups/${crew}/members/${ann}/$ref`)
    await tenant.graph('DELETE', `/users/${bob}`)
    const { all } = await changesAfter(tenant, first.last)
    const removed = (id: string) => ({ '@odata.type': user, id, '@removed': { reason: 'deleted' } })
    expect(all[0]?.['members@delta']).toEqual([{ '@odata.type': user, id: carl }, removed(ann), removed(bob)])
  })

  test('tells managers', async () => {
    await using tenant = await startTestTenant()
    const [worker, boss] = [await tenant.createUser('worker'), await tenant.createUser('boss')]
    const { last } = await round(tenant, await tenant.graph('GET', '/users/delta?$select=manager'))
    await tenant.graph('PUT', `/users/${worker}/manager/$ref`, reference(boss))
    const { all } = await changesAfter(tenant, last)
    expect(all).toEqual([
      { id: worker, 'manager@delta': [{ '@odata.type': '#microsoft.graph.user', id: boss }] }
    ])
  })

  test('cuts a large group into pieces that together are all of it', async () => {
    await using tenant = await startTestTenant()
    const group = await tenant.createGroup('large')
    const entry = tenant.emulator.state.find(group)
    if (entry === undefined) throw new Error('The group is missing')
    for (let index = 0; index < 1200; index += 1) {
      const user = tenant.emulator.state.create('user', { userPrincipalName: `m${index}@contoso.com` })
      tenant.emulator.state.link('members', entry, user.id)
    }
    const headers = { Prefer: 'odata.maxpagesize=1' }
    const { all } = await round(tenant, await tenant.graph('GET', '/groups/delta', undefined, headers))
    expect(all.map(piece => piece.id)).toEqual([group, group, group])
    const members = all.flatMap(piece =>
      Array.isArray(piece['members@delta']) ? piece['members@delta'] : []
    )
    expect(new Set(members.map(member => member.id)).size).toBe(1200)
  })

  test('starts from now with the latest token', async () => {
    await using tenant = await startTestTenant()
    await tenant.createUser('a')
    const latest = await tenant.graph('GET', '/users/delta?$deltatoken=latest')
    expect(items(latest)).toEqual([])
    const created = await tenant.createUser('b')
    expect((await changesAfter(tenant, latest)).all).toMatchObject([{ id: created }])
  })

  test('cannot go on after seven days', async () => {
    await using tenant = await startTestTenant({ clock: fixedClock() })
    const { last } = await round(tenant, await tenant.graph('GET', '/users/delta'))
    tenant.emulator.clock.advance(7 * day)
    expect((await tenant.follow(last, '@odata.deltaLink')).status).toBe(200)
    tenant.emulator.clock.advance(1)
    const late = await tenant.follow(last, '@odata.deltaLink')
    expect(late.status).toBe(410)
    expect(errorOf(late).code).toBe('syncStateNotFound')
    expect(late.headers.get('location')).toMatch(/\/v1\.0\/users\/delta\?\$deltatoken=$/)
  })
})
