import { queues as definitions, type Hold, type HoldWave } from '@opendirsync/contracts'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exportAll, gateOf, stage, synchronise, user } from '../store/fixtures.ts'
import { type Api, startApi } from './start-api.ts'

let api: Api
let entryIds: readonly string[] = []
const people = Array.from({ length: 7 }, (_unused, index) => user(`Person ${index}`))

beforeAll(async () => {
  api = await startApi()
  const created = await stage(api.store, people)
  await exportAll(api.store, await synchronise(api.store, created.changed))
  const gone = await stage(
    api.store,
    people.map(person => ({ ...person, state: 'deleted' as const }))
  )
  entryIds = await synchronise(api.store, gone.changed)
  expect(await exportAll(api.store, entryIds, gateOf(3))).toEqual([])
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

const list = async (query: string) =>
  (await api.get(`/v1/holds?${query}`)).body as { items: Hold[]; next?: number }
const waves = async () => ((await api.get('/v1/holds/waves')).body as { waves: HoldWave[] }).waves
const decide = (body: object) => api.post('/v1/holds/decide', body)

it('lists what is held, page by page', async () => {
  const first = await list('state=held&limit=5')
  expect(first.items).toHaveLength(5)
  expect(first.items[0]).toMatchObject({ kind: 'delete-user', state: 'held', reason: 'deleted' })
  const second = await list(`state=held&limit=5&after=${first.next}`)
  expect(second).toMatchObject({ items: [{}, {}] })
  expect(second.next).toBeUndefined()
  expect((await list('kind=remove-member')).items).toEqual([])
  expect((await api.get('/v1/holds?state=lost')).status).toBe(400)
})

it('groups it by reason', async () => {
  const [wave, ...others] = await waves()
  expect(others).toEqual([])
  expect(wave).toMatchObject({ held: 7, refused: 0, message: expect.stringMatching(/deleted in/) })
  expect(wave?.examples).toHaveLength(5)
  expect((await list(`wave=${wave?.wave}`)).items).toHaveLength(7)
})

it.each([
  ['nothing is named', { decision: 'approve' }],
  ['two are named', { decision: 'approve', all: true, expected: 7, ids: [1] }],
  ['the number is missing', { decision: 'approve', all: true }],
  ['ids go with a number', { decision: 'approve', ids: [1], expected: 1 }],
  ['the decision is none', { decision: 'perhaps', ids: [1] }]
])('refuses a decision where %s', async (_name, body) => {
  expect(await decide(body)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/\S/) } })
})

it('decides nothing when there are more than were seen', async () => {
  expect(await decide({ decision: 'approve', all: true, expected: 6 })).toMatchObject({
    status: 409,
    body: { type: 'urn:opendirsync:problem:holds-changed', detail: expect.stringMatching(/6 .* 7 /) }
  })
  expect((await list('state=held')).items).toHaveLength(7)
})

it('decides, wakes an exporter, and writes down who it was', async () => {
  const received: string[] = []
  await using _exporter = api.queues.consume(
    definitions.exportPending,
    { concurrency: 1, partition: 'urgent' },
    async message => {
      received.push(...message.entryIds)
      return 'seen'
    }
  )
  const { items } = await list('state=held')
  const some = items.slice(0, 3)
  expect(
    await decide({ decision: 'approve', ids: some.map(({ id }) => id), comment: 'Closed' })
  ).toMatchObject({
    status: 200,
    body: { decided: 3 }
  })
  await waitFor(async () => received.length === 3, { describe: 'the exporter to be woken' })
  expect(new Set(received)).toEqual(new Set(some.map(({ entryId }) => entryId)))
  expect((await list('state=approved')).items).toMatchObject(
    Array(3).fill({ decidedBy: 'tester', comment: 'Closed', decidedAt: expect.any(String) })
  )
  const [wave] = await waves()
  expect(await decide({ decision: 'refuse', wave: wave?.wave, expected: 4 })).toMatchObject({
    body: { decided: 4 }
  })
  expect(await waves()).toMatchObject([{ held: 0, refused: 4 }])
  expect((await api.get('/v1/summary')).body).toMatchObject({ heldDeletes: 0, pendingExports: 3 })
  expect(await exportAll(api.store, entryIds, gateOf(3))).toEqual(['delete', 'delete', 'delete'])
  expect(await decide({ decision: 'approve', all: true, state: 'refused', expected: 4 })).toMatchObject({
    status: 200
  })
})

it('lists what waits for its day', async () => {
  expect(await api.get('/v1/holds/postponed')).toMatchObject({ status: 200, body: { items: [] } })
})
