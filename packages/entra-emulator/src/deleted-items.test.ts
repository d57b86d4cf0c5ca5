import { describe, expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import { errorOf, items, reference, startTestTenant } from './test-client.ts'

const day = 86_400_000

describe('the bin', () => {
  test('keeps a deleted user under another name, so that its name can be used again', async () => {
    await using tenant = await startTestTenant({ clock: fixedClock('2026-03-01T12:00:00Z') })
    const id = await tenant.createUser('ann', { mail: 'ann@contoso.com' })
    expect((await tenant.graph('DELETE', `/users/${id}`)).status).toBe(204)
    expect((await tenant.graph('GET', `/users/${id}`)).status).toBe(404)
    const deleted = await tenant.graph('GET', `/directory/deletedItems/${id}`)
    expect(deleted.body).toMatchObject({
      id,
      deletedDateTime: '2026-03-01T12:00:00Z',
      userPrincipalName: `${id.replaceAll('-', '')}ann@contoso.com`
    })
    await tenant.createUser('ann', { mail: 'ann@contoso.com' })
  })

  test('is searched by the anchor', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('ann', { onPremisesImmutableId: 'YWJj' })
    await tenant.createUser('bob')
    await tenant.graph('DELETE', `/users/${id}`)
    await tenant.graph('DELETE', '/users/bob@contoso.com')
    const path =
      "/directory/deletedItems/microsoft.graph.user?$filter=onPremisesImmutableId eq 'YWJj'&$select=id"
    expect(items(await tenant.graph('GET', path))).toEqual([{ id }])
  })

  test('gives a user back with groups and manager', async () => {
    await using tenant = await startTestTenant()
    const [ann, boss] = [await tenant.createUser('ann'), await tenant.createUser('boss')]
    const crew = await tenant.createGroup('crew')
    await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))
    await tenant.graph('PUT', `/users/${ann}/manager/$ref`, reference(boss))
    await tenant.graph('DELETE', `/users/${ann}`)
    expect(items(await tenant.graph('GET', `/groups/${crew}/members`))).toEqual([])
    const restored = await tenant.graph('POST', `/directory/deletedItems/${ann}/restore`)
    expect(restored.status).toBe(200)
    expect(restored.body).toMatchObject({ id: ann, userPrincipalName: 'ann@contoso.com' })
    expect(items(await tenant.graph('GET', `/groups/${crew}/members`))).toMatchObject([{ id: ann }])
    expect((await tenant.graph('GET', `/users/${ann}/manager`)).body.id).toBe(boss)
  })

  test('gives a group back with its members', async () => {
    await using tenant = await startTestTenant()
    const ann = await tenant.createUser('ann')
    const crew = await tenant.createGroup('crew', { uniqueName: 'crew' })
    await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))
    await tenant.graph('DELETE', `/groups/${crew}`)
    expect(items(await tenant.graph('GET', `/users/${ann}/memberOf`))).toEqual([])
    await tenant.graph('POST', `/directory/deletedItems/${crew}/restore`)
    expect(items(await tenant.graph('GET', `/users/${ann}/memberOf`))).toMatchObject([{ id: crew }])
    expect((await tenant.graph('GET', "/groups(uniqueName='crew')")).body.id).toBe(crew)
  })

  test('does not give back what has been replaced, unless under another name', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('ann', { mail: 'ann@contoso.com' })
    await tenant.graph('DELETE', `/users/${id}`)
    await tenant.createUser('ann', { mail: 'ann@contoso.com' })
    const path = `/directory/deletedItems/${id}/restore`
    const refused = await tenant.graph('POST', path)
    expect(refused.status).toBe(400)
    expect(errorOf(refused).details).toMatchObject([
      { code: 'ObjectConflict', target: 'userPrincipalName' },
      {}
    ])
    const taken = await tenant.graph('POST', path, { newUserPrincipalName: 'ann2@contoso.com' })
    expect(errorOf(taken).details).toMatchObject([{ target: 'proxyAddresses' }, {}])
    const body = { newUserPrincipalName: 'ann2@contoso.com', autoReconcileProxyConflict: true }
    expect((await tenant.graph('POST', path, body)).body).toMatchObject({
      userPrincipalName: 'ann2@contoso.com',
      mail: null
    })
  })

  test('keeps the anchor of a deleted user taken, or not, as the tenant is set up', async () => {
    for (const binKeepsImmutableIds of [true, false]) {
      await using tenant = await startTestTenant({ binKeepsImmutableIds })
      const id = await tenant.createUser('ann', { onPremisesImmutableId: 'YWJj' })
      await tenant.graph('DELETE', `/users/${id}`)
      const again = tenant.createUser('ann', { onPremisesImmutableId: 'YWJj' })
      if (binKeepsImmutableIds) await expect(again).rejects.toThrow('onPremisesImmutableId already exists')
      else expect(await again).not.toBe(id)
    }
  })

  test('empties itself after 30 days, and at once when asked', async () => {
    await using tenant = await startTestTenant({ clock: fixedClock() })
    const [old, purged] = [await tenant.createUser('old'), await tenant.createUser('purged')]
    for (const id of [old, purged]) await tenant.graph('DELETE', `/users/${id}`)
    expect((await tenant.graph('DELETE', `/directory/deletedItems/${purged}`)).status).toBe(204)
    tenant.emulator.clock.advance(30 * day - 1)
    expect((await tenant.graph('GET', `/directory/deletedItems/${old}`)).status).toBe(200)
    tenant.emulator.clock.advance(1)
    expect((await tenant.graph('GET', `/directory/deletedItems/${old}`)).status).toBe(404)
  })
})
