import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import type { EmulatorOptions } from './emulator.ts'
import { errorOf, items, newUser, reference, startTestTenant, type TestTenant } from './test-client.ts'

let tenant: TestTenant

async function start(options: EmulatorOptions): Promise<void> {
  tenant = await startTestTenant({ clock: fixedClock(), ...options })
}

const cityOf = async (id: string) => (await tenant.graph('GET', `/users/${id}?$select=city`)).body.city
const status = async (path: string) => (await tenant.graph('GET', path)).status

describe('reads from a replica that lags 1 s behind', () => {
  afterEach(() => tenant[Symbol.asyncDispose]())
  beforeEach(() => start({ staleReads: { share: 1, forMs: 1000 } }))

  test('show what was, and then what is', async () => {
    const id = await tenant.createUser('ann', { city: 'Ulm' })
    expect(await status(`/users/${id}`)).toBe(404)
    expect(items(await tenant.graph('GET', '/users'))).toEqual([])
    tenant.emulator.clock.advance(1000)
    expect(await cityOf(id)).toBe('Ulm')
    await tenant.graph('PATCH', `/users/${id}`, { city: 'Bonn', userPrincipalName: 'anna@contoso.com' })
    expect(await cityOf(id)).toBe('Ulm')
    const filter = `/users?$filter=userPrincipalName eq 'ann@contoso.com'`
    expect(items(await tenant.graph('GET', filter))).toHaveLength(1)
    expect(await status('/users/anna@contoso.com')).toBe(404)
    tenant.emulator.clock.advance(1000)
    expect(await cityOf(id)).toBe('Bonn')
    expect(items(await tenant.graph('GET', filter))).toEqual([])
    expect(await status('/users/anna@contoso.com')).toBe(200)
  })

  test('show members and managers late', async () => {
    const [boss, ann, crew] = [
      await tenant.createUser('boss'),
      await tenant.createUser('ann'),
      await tenant.createGroup('crew')
    ]
    tenant.emulator.clock.advance(1000)
    await tenant.graph('PUT', `/users/${ann}/manager/$ref`, reference(boss))
    expect((await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))).status).toBe(204)
    // The write acts on the newest state.
    expect((await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))).status).toBe(400)
    const members = async () => items(await tenant.graph('GET', `/groups/${crew}/members`)).length
    expect([await status(`/users/${ann}/manager`), await members()]).toEqual([404, 0])
    tenant.emulator.clock.advance(1000)
    expect([await status(`/users/${ann}/manager`), await members()]).toEqual([200, 1])
    await tenant.graph('DELETE', `/groups/${crew}/members/${ann}/$ref`)
    expect(await members()).toBe(1)
    tenant.emulator.clock.advance(1000)
    expect(await members()).toBe(0)
  })

  test('still find what was deleted, and do not find what was restored', async () => {
    const id = await tenant.createUser('gone')
    tenant.emulator.clock.advance(1000)
    await tenant.graph('DELETE', `/users/${id}`)
    expect([await status(`/users/${id}`), await status(`/directory/deletedItems/${id}`)]).toEqual([200, 404])
    // Its name is free already: only reads are late.
    await tenant.createUser('gone')
    tenant.emulator.clock.advance(1000)
    expect([await status(`/users/${id}`), await status(`/directory/deletedItems/${id}`)]).toEqual([404, 200])
    const restore = { newUserPrincipalName: 'back@contoso.com' }
    await tenant.graph('POST', `/directory/deletedItems/${id}/restore`, restore)
    expect(await status(`/users/${id}`)).toBe(404)
    tenant.emulator.clock.advance(1000)
    expect([await status(`/users/${id}`), await status(`/directory/deletedItems/${id}`)]).toEqual([200, 404])
  })

  test('do not hide a value that is taken', async () => {
    await tenant.createUser('ann')
    const again = await tenant.graph('POST', '/users', newUser('ann'))
    expect(errorOf(again)).toMatchObject({
      details: [{ code: 'ObjectConflict' }, { code: 'ConflictingObjects' }]
    })
  })

  test('change tracking and writes know the newest state', async () => {
    const id = await tenant.createUser('ann')
    expect(items(await tenant.graph('GET', '/users/delta'))).toHaveLength(1)
    expect((await tenant.graph('PATCH', `/users/${id}`, { city: 'Ulm' })).status).toBe(204)
  })
})

describe('what is drawn', () => {
  /** One letter for each of 40 reads: old or new. */
  async function reads(run: TestTenant): Promise<string> {
    const id = await run.createUser('ann', { city: 'old' })
    run.emulator.clock.advance(60_000)
    await run.graph('PATCH', `/users/${id}`, { city: 'new' })
    let seen = ''
    for (let count = 0; count < 40; count += 1) {
      const { body } = await run.graph('GET', `/users/${id}?$select=city`)
      seen += String(body.city).slice(0, 1)
    }
    return seen
  }

  test('is the same with the same seed', async () => {
    const runs: string[] = []
    for (const seed of [5, 5, 6]) {
      await using run = await startTestTenant({
        clock: fixedClock(),
        seed,
        staleReads: { share: 0.5, forMs: 1000 }
      })
      runs.push(await reads(run))
    }
    expect(runs[1]).toBe(runs[0])
    expect(runs[2]).not.toBe(runs[0])
    expect(runs[0]).toMatch(/(?=.*o)(?=.*n)/)
  })
})

describe('what lags', () => {
  afterEach(() => tenant[Symbol.asyncDispose]())

  test('new objects appear one after the other within the range', async () => {
    await start({ replicationLagMs: { min: 100, max: 1000 } })
    for (let index = 0; index < 20; index += 1) await tenant.createUser(`u${index}`)
    const appeared: number[] = []
    for (let step = 0; step <= 10; step += 1) {
      appeared.push(items(await tenant.graph('GET', '/users')).length)
      tenant.emulator.clock.advance(100)
    }
    expect(appeared[0]).toBe(0)
    expect(appeared.at(-1)).toBe(20)
    expect(new Set(appeared).size).toBeGreaterThan(4)
  })

  test('a reference to what is hidden is refused as Graph words it, and a restored object hides as well', async () => {
    await start({})
    const [crew, ann] = [await tenant.createGroup('crew'), await tenant.createUser('ann')]
    tenant.emulator.conditions.change({ replicationLagMs: 1000 })
    await tenant.graph('DELETE', `/users/${ann}`)
    await tenant.graph('POST', `/directory/deletedItems/${ann}/restore`)
    const refused = await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))
    expect(refused.status).toBe(400)
    expect(errorOf(refused).message).toContain('The source resource object or one of the objects')
    expect(await status(`/users/${ann}`)).toBe(404)
    tenant.emulator.clock.advance(1000)
    expect((await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))).status).toBe(204)
  })

  test('pages of a replica lose nobody, in whatever order changes arrive', async () => {
    await start({ staleReads: { share: 1, forMs: { min: 0, max: 1000 } } })
    const ids: string[] = []
    for (let index = 0; index < 30; index += 1) {
      const id = await tenant.createUser(`u${index}`)
      ids.push(id)
      await tenant.graph('PATCH', `/users/${id}`, { city: 'Ulm' })
      tenant.emulator.clock.advance(50)
      await status('/users')
    }
    tenant.emulator.clock.advance(1000)
    const seen: unknown[] = []
    let page = await tenant.graph('GET', '/users?$top=7')
    seen.push(...items(page).map(({ id }) => id))
    while ('@odata.nextLink' in page.body) {
      page = await tenant.follow(page, '@odata.nextLink')
      seen.push(...items(page).map(({ id }) => id))
    }
    expect(seen).toEqual(ids)
  })

  test('is switched off while the tenant runs', async () => {
    await start({ staleReads: { share: 1, forMs: 1000 } })
    const id = await tenant.createUser('ann')
    expect(await status(`/users/${id}`)).toBe(404)
    tenant.emulator.conditions.change({ staleReads: 'off' })
    expect(await status(`/users/${id}`)).toBe(200)
    tenant.emulator.conditions.change({ staleReads: { share: 1, forMs: 1000 } })
    expect(await status(`/users/${id}`)).toBe(200)
  })
})
