import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { items, newGroup, newUser, reference, startTestTenant, type TestTenant } from './test-client.ts'

let tenant: TestTenant

beforeAll(async () => {
  tenant = await startTestTenant({ behaviour: { acceptsManagerAtCreate: true } })
})

afterAll(() => tenant[Symbol.asyncDispose]())

describe('users', () => {
  test('show their everyday properties, and others only when asked', async () => {
    const id = await tenant.createUser('shown', { department: 'Sales' })
    const plain = await tenant.graph('GET', `/users/${id}`)
    expect(Object.keys(plain.body).toSorted()).toEqual(
      [
        '@odata.context',
        'businessPhones',
        'displayName',
        'givenName',
        'id',
        'jobTitle',
        'mail',
        'mobilePhone',
        'officeLocation',
        'preferredLanguage',
        'surname',
        'userPrincipalName'
      ].toSorted()
    )
    const asked = await tenant.graph('GET', `/users/${id}?$select=department,accountEnabled`)
    expect(asked.body).toMatchObject({ department: 'Sales', accountEnabled: true })
    expect(asked.body).not.toHaveProperty('id')
  })

  test('never show a password', async () => {
    const id = await tenant.createUser('secret')
    await tenant.graph('PATCH', `/users/${id}`, { passwordProfile: { password: 'Another-Horse-8' } })
    const answer = await tenant.graph('GET', `/users/${id}?$select=passwordProfile`)
    expect(answer.text).not.toContain('Horse')
    expect(JSON.stringify(tenant.emulator.state.find(id))).not.toContain('Horse')
  })

  test('keep former addresses when mail changes', async () => {
    const id = await tenant.createUser('moved', { mail: 'moved@contoso.com' })
    await tenant.graph('PATCH', `/users/${id}`, { mail: 'new@contoso.com' })
    const { body } = await tenant.graph('GET', `/users/${id}?$select=mail,proxyAddresses`)
    expect(body).toMatchObject({
      mail: 'new@contoso.com',
      proxyAddresses: ['SMTP:new@contoso.com', 'smtp:moved@contoso.com']
    })
  })

  test('lose what is set to null, and the value is free for others', async () => {
    const id = await tenant.createUser('cleared', { onPremisesImmutableId: 'Y2xy', city: 'Ulm' })
    expect(
      (await tenant.graph('PATCH', `/users/${id}`, { onPremisesImmutableId: null, city: null })).status
    ).toBe(204)
    expect((await tenant.graph('GET', `/users/${id}?$select=city`)).body.city).toBeNull()
    await tenant.createUser('heir', { onPremisesImmutableId: 'Y2xy' })
  })

  test('are found by id, by name in any case, and with OData keys', async () => {
    const id = await tenant.createUser('found')
    for (const path of [
      `/users/${id}`,
      `/users/${id.toUpperCase()}`,
      '/users/FOUND@contoso.com',
      `/users('${id}')`
    ]) {
      expect((await tenant.graph('GET', path)).body.id).toBe(id)
    }
  })

  test('may be created with a manager where the tenant takes that', async () => {
    const boss = await tenant.createUser('chief')
    const bind = { 'manager@odata.bind': `https://graph.microsoft.com/v1.0/users/${boss}` }
    const id = await tenant.createUser('aide', bind)
    const answer = await tenant.graph('GET', `/users/${id}?$expand=manager($select=id,displayName)`)
    expect(answer.body.manager).toEqual({
      '@odata.type': '#microsoft.graph.user',
      id: boss,
      displayName: 'User chief'
    })
    expect(items(await tenant.graph('GET', `/users/${boss}/directReports`))).toMatchObject([{ id }])
  })
})

describe('lists', () => {
  const filters: readonly (readonly [string, readonly string[]])[] = [
    ["userPrincipalName eq 'L1@CONTOSO.com'", ['l1']],
    ["userPrincipalName in ('l1@contoso.com','l2@contoso.com','none@contoso.com')", ['l1', 'l2']],
    ["onPremisesImmutableId eq 'bDE='", ['l1']],
    ["mail eq 'l2@contoso.com'", ['l2']],
    ["proxyAddresses/any(a:a eq 'smtp:l2@contoso.com')", ['l2']],
    ["startswith(displayName,'user l')", ['l1', 'l2', 'l3']],
    ["startswith(displayName,'User l') and employeeId eq '2'", ['l2']],
    ["employeeId eq '1' or (mailNickname eq 'l3' and accountEnabled eq true)", ['l1', 'l3']],
    ["department eq 'O''Neill & Sons'", ['l3']],
    ["department eq null and startswith(mailNickname,'l')", ['l1', 'l2']]
  ]

  beforeAll(async () => {
    await tenant.createUser('l1', { onPremisesImmutableId: 'bDE=', employeeId: '1' })
    await tenant.createUser('l2', { mail: 'l2@contoso.com', employeeId: '2' })
    await tenant.createUser('l3', { department: "O'Neill & Sons" })
  })

  test.each(filters)('%s', async (filter, names) => {
    const answer = await tenant.graph(
      'GET',
      `/users?$filter=${encodeURIComponent(filter)}&$select=mailNickname`
    )
    expect(items(answer).map(user => user.mailNickname)).toEqual(names)
  })

  test('counts and further operators with eventual consistency', async () => {
    const headers = { ConsistencyLevel: 'eventual' }
    const filter = encodeURIComponent(
      "not(startswith(displayName,'User l')) and endswith(userPrincipalName,'.com')"
    )
    const answer = await tenant.graph(
      'GET',
      `/users?$count=true&$filter=${filter}&$top=1`,
      undefined,
      headers
    )
    expect(answer.body['@odata.count']).toBe(tenant.emulator.state.live.user.size - 3)
    expect((await tenant.graph('GET', '/users/$count', undefined, headers)).text).toBe(
      String(tenant.emulator.state.live.user.size)
    )
  })
})

describe('groups', () => {
  test('show their members in pages, nested ones when asked', async () => {
    const [inner, outer] = [await tenant.createGroup('inner'), await tenant.createGroup('outer')]
    const ids = [await tenant.createUser('m1'), await tenant.createUser('m2'), await tenant.createUser('m3')]
    const bind = ids.map(id => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`)
    expect((await tenant.graph('PATCH', `/groups/${inner}`, { 'members@odata.bind': bind })).status).toBe(204)
    await tenant.graph('POST', `/groups/${outer}/members/$ref`, reference(inner))
    const page = await tenant.graph('GET', `/groups/${inner}/members?$top=2&$select=id`)
    expect(items(page).map(member => member.id)).toEqual(ids.slice(0, 2))
    expect(items(await tenant.follow(page, '@odata.nextLink')).map(member => member.id)).toEqual(ids.slice(2))
    const all = await tenant.graph('GET', `/groups/${outer}/transitiveMembers`)
    expect(new Set(items(all).map(member => member.id))).toEqual(new Set([inner, ...ids]))
    const eventual = { ConsistencyLevel: 'eventual' }
    expect((await tenant.graph('GET', `/groups/${inner}/members/$count`, undefined, eventual)).text).toBe('3')
    const users = await tenant.graph(
      'GET',
      `/groups/${outer}/members/microsoft.graph.user`,
      undefined,
      eventual
    )
    expect(items(users)).toEqual([])
  })

  test('are created with members and owners', async () => {
    const [ann, bob] = [await tenant.createUser('member'), await tenant.createUser('owner')]
    const id = await tenant.createGroup('bound', {
      'members@odata.bind': [`https://graph.microsoft.com/v1.0/users/${ann}`],
      'owners@odata.bind': [`https://graph.microsoft.com/v1.0/users('${bob}')`]
    })
    expect(items(await tenant.graph('GET', `/groups/${id}/members?$select=id`))).toMatchObject([{ id: ann }])
    expect(items(await tenant.graph('GET', `/groups/${id}/owners?$select=id`))).toMatchObject([{ id: bob }])
  })

  test('are upserted by their unique name', async () => {
    const path = "/groups(uniqueName='7b1c')"
    const prefer = { Prefer: 'create-if-missing' }
    const created = await tenant.graph('PATCH', path, newGroup('upsert'), prefer)
    expect(created.status).toBe(201)
    expect((await tenant.graph('PATCH', path, { description: 'now' }, prefer)).status).toBe(204)
    const read = await tenant.graph('GET', `${path}?$select=id,description,uniqueName`)
    expect(read.body).toMatchObject({ id: created.body.id, description: 'now', uniqueName: '7b1c' })
    expect((await tenant.graph('DELETE', path)).status).toBe(204)
  })

  test('of Microsoft 365 get an address', async () => {
    const id = await tenant.createGroup('news', { groupTypes: ['Unified'], mailEnabled: true })
    expect((await tenant.graph('GET', `/groups/${id}`)).body).toMatchObject({
      mail: 'news@contoso.com',
      proxyAddresses: ['SMTP:news@contoso.com']
    })
  })
})

describe('what has just been created', () => {
  test('is not there yet for reads and references while the tenant replicates', async () => {
    await using slow = await startTestTenant({ replicationLagMs: 60_000 })
    const { clock } = slow.emulator
    const crew = await slow.createGroup('crew')
    clock.advance(60_000)
    const ann = await slow.createUser('ann')
    expect((await slow.graph('GET', `/users/${ann}`)).status).toBe(404)
    const early = await slow.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))
    expect(early.status).toBe(400)
    expect(early.text).toContain(
      "The source resource object or one of the objects being referenced don't exist."
    )
    expect((await slow.graph('POST', '/users', newUser('ann'))).text).toContain('ObjectConflict')
    clock.advance(60_000)
    expect((await slow.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))).status).toBe(204)
  })
})
