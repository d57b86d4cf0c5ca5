import { randomUUID } from 'node:crypto'
import type { ConfirmedType, ToldObject } from '@opendirsync/contracts'
import type { ChangesPage, Entra } from '@opendirsync/entra'
import { type EntraEmulator, fixedClock, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arrive, connect, link, newGroup, newUser } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra

beforeEach(async () => {
  emulator = await startEntraEmulator({ clock: fixedClock() })
  entra = connect(emulator)
})
afterEach(() => emulator[Symbol.asyncDispose]())

interface Round {
  readonly objects: readonly ToldObject[]
  readonly link: string
  readonly pages: number
}

const unknown = 'shoeSize'
const attributes = ['displayName', 'department', 'onPremisesImmutableId']

async function pages(
  objectType: ConfirmedType,
  from?: string,
  signal?: AbortSignal,
  more: readonly string[] = []
): Promise<ChangesPage[]> {
  const found: ChangesPage[] = []
  const names = [...(objectType === 'user' ? attributes : ['displayName', 'uniqueName']), ...more]
  const request = { objectType, attributes: names, ...(from !== undefined && { link: from }) }
  for await (const page of entra.changes({ ...request, ...(signal !== undefined && { signal }) })) {
    found.push(page)
  }
  return found
}

async function round(objectType: ConfirmedType, from?: string): Promise<Round> {
  const found = await pages(objectType, from)
  const told = found.flatMap(page => (page.result === 'page' ? page : []))
  expect(told).toHaveLength(found.length)
  expect(told.map(({ complete }) => complete)).toEqual(found.map((_page, at) => at === found.length - 1))
  return {
    objects: told.flatMap(({ objects }) => objects),
    link: told.at(-1)?.link ?? '',
    pages: told.length
  }
}

function person(name: string): string {
  const id = emulator.state.create('user', {
    displayName: name,
    userPrincipalName: `${name}@contoso.com`
  }).id
  return id
}

describe('changes', () => {
  it('tells of everything at first, then of what has changed', async () => {
    const ids = await arrive(entra, [newUser('ada', { department: 'Sales' }), newUser('bob')])
    const [ada = '', bob = ''] = [ids.get('ada'), ids.get('bob')]
    await entra.writeLinks([link(ids, 'manager', 'add', ['ada', 'bob'])])
    const first = await round('user')
    expect(first.objects).toContainEqual({
      entraId: ada,
      attributes: {
        displayName: 'ada',
        department: 'Sales',
        onPremisesImmutableId: newUser('ada').sourceAnchor
      },
      added: [bob],
      removedReferences: []
    })

    const second = await round('user', first.link)
    expect(second.objects).toEqual([])
    await entra.writeLinks([link(ids, 'manager', 'remove', ['ada', 'bob'])])
    await entra.writeObjects([
      {
        ...newUser('ada', { department: null }),
        exported: newUser('ada', { department: 'Sales' }).desired,
        entraId: ada,
        entraState: 'present'
      },
      { ...newUser('bob'), desiredPresent: false, entraId: bob, entraState: 'present' }
    ])
    const third = await round('user', second.link)
    expect(third.objects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ entraId: bob, removed: 'changed' }),
        expect.objectContaining({ entraId: ada, removedReferences: [bob] })
      ])
    )
    expect(third.objects.find(({ entraId }) => entraId === ada)?.attributes).toMatchObject({
      department: null
    })
    emulator.state.purge(emulator.state.bin.get(bob) ?? expect.fail('bob is not in the bin'))
    expect((await round('user', third.link)).objects).toEqual([
      expect.objectContaining({ entraId: bob, removed: 'deleted' })
    ])
  })

  it('tells the members of a group in pieces, page by page', async () => {
    emulator.administration.setDelta({ referencesPerItem: 3, pageSize: 2, emptyPages: 1 })
    const people = Array.from({ length: 10 }, (_unused, index) => newUser(`p${index}`))
    const ids = await arrive(entra, [...people, newGroup('team')])
    await entra.writeLinks(people.map(({ entryId }) => link(ids, 'member', 'add', ['team', entryId])))
    const { objects, pages: count } = await round('group')
    expect(count).toBeGreaterThan(2)
    const members = objects.flatMap(({ added }) => added)
    expect(members).toHaveLength(people.length)
    expect(new Set(members)).toEqual(new Set(people.map(({ entryId }) => ids.get(entryId))))
  })

  it('takes one manager of a user', async () => {
    const ids = await arrive(entra, [newUser('eve'), newUser('fay')])
    await entra.writeLinks([link(ids, 'manager', 'add', ['eve', 'fay'])])
    const { objects } = await round('user')
    expect(objects.find(({ entraId }) => entraId === ids.get('eve'))?.added).toEqual([ids.get('fay')])
  })
})

describe('trouble', () => {
  it.each([410, 400])('an expired link (status %i) asks to begin again', async status => {
    emulator.conditions.change({ behaviour: { expiredDeltaStatus: status === 410 ? 410 : 400 } })
    person('ada')
    const { link: old } = await round('user')
    emulator.clock.advance(8 * 86_400_000)
    expect(await pages('user', old)).toEqual([{ result: 'resync' }])
    expect((await round('user')).objects).toHaveLength(1)
  })

  it('an address that is not of Graph is never asked', async () => {
    person('ada')
    const { link: own } = await round('user')
    const foreign = own.replace(/^https:\/\/[^/]+/, 'https://graph.example.com')
    const insecure = own.replace(/^https:/, 'http:')
    for (const address of [foreign, insecure, 'nonsense']) {
      expect(await pages('user', address)).toEqual([{ result: 'resync' }])
    }
  })

  it.each([
    ['a failure of the server', { status: 503 }],
    ['a lost connection', { drop: true }],
    ['half an answer', { half: 'json' as const }],
    ['a page of HTML', { status: 502, html: true }],
    ['a wish to slow down', { status: 429, retryAfterSeconds: 0.2 }]
  ])('it goes on after %s', async (_what, fault) => {
    emulator.administration.setDelta({ pageSize: 2 })
    for (let index = 0; index < 5; index += 1) person(`p${index}`)
    emulator.faults.add({ method: 'GET', pathContains: 'skiptoken', ...fault, times: 1 })
    expect((await round('user')).objects).toHaveLength(5)
  })

  it('leaves out what Graph does not know, and says so', async () => {
    person('ada')
    const [page] = await pages('user', undefined, undefined, [unknown])
    expect(page).toMatchObject({ result: 'page', complete: true, unknown: [unknown] })
    const [told] = page?.result === 'page' ? page.objects : []
    expect(told?.attributes).toMatchObject({ displayName: 'ada' })
    expect(told?.attributes).not.toHaveProperty(unknown)
  })

  it.each([400, 404])('begins anew when Graph answers %i to where the last round has ended', async status => {
    person('ada')
    const { link: own } = await round('user')
    emulator.faults.add({ method: 'GET', pathContains: 'deltatoken', status })
    expect(await pages('user', own)).toEqual([{ result: 'resync' }])
  })

  it('it says which permission is missing', async () => {
    emulator.faults.add({ method: 'GET', pathContains: '/users/delta', status: 403 })
    await expect(pages('user')).rejects.toMatchObject({ name: 'SetupError', code: 'graph-permissions' })
  })

  it('it stops waiting when it is told to', async () => {
    emulator.faults.add({ method: 'GET', pathContains: '/users/delta', status: 429, retryAfterSeconds: 600 })
    await expect(pages('user', undefined, AbortSignal.timeout(200))).rejects.toMatchObject({
      name: 'AbortError'
    })
  })
})

describe('readObjects', () => {
  const ask = (entraId: string) => ({ entraId, objectType: 'user' as const, attributes })

  it('tells what is there, what is in the bin and what is gone', async () => {
    const [ada, bob, cy] = [person('ada'), person('bob'), randomUUID()]
    await entra.writeObjects([
      { ...newUser('bob'), desiredPresent: false, entraId: bob, entraState: 'present' }
    ])
    const found = await entra.readObjects([ada, bob, cy].map(ask))
    expect(found.get(ada)).toEqual({
      state: 'present',
      attributes: { displayName: 'ada', department: null, onPremisesImmutableId: null }
    })
    expect([found.get(bob), found.get(cy)]).toEqual([{ state: 'deleted' }, { state: 'gone' }])
  })

  it('knows nothing of what Graph does not know', async () => {
    const ada = person('ada')
    const found = await entra.readObjects([{ ...ask(ada), attributes: ['department', unknown] }])
    expect(found.get(ada)).toEqual({ state: 'present', attributes: { department: null } })
  })

  it('leaves out what cannot be read now, and writes nothing in staging mode', async () => {
    const [ada, bob] = [person('ada'), person('bob')]
    const staging = connect(emulator, { mode: 'staging' })
    emulator.faults.add({ target: 'item', pathContains: bob, status: 503 })
    const found = await staging.readObjects([ada, bob].map(ask))
    expect([...found.keys()]).toEqual([ada])
    expect(emulator.requests.writes).toBe(0)
  })
})
