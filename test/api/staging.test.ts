import { randomUUID } from 'node:crypto'
import type { WriteOutcome } from '@opendirsync/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gate, stage } from '../store/fixtures.ts'
import { person, synchroniseAll } from './people.ts'
import { type Api, startApi } from './start-api.ts'

let api: Api

beforeAll(async () => {
  api = await startApi()
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

const put = (body: object) => api.send({ method: 'PUT', path: '/v1/staging', body })

it('is export until somebody sets it', async () => {
  expect(await api.get('/v1/staging')).toMatchObject({ status: 200, body: { mode: 'export', exporters: [] } })
})

it('says who has set it, since when and why, and which exporters run', async () => {
  const exporter = { id: randomUUID(), host: 'node-1', processId: 7, forced: true, mode: 'staging' } as const
  await api.store.exportMode.reportExporter(exporter)
  const { status, body } = await put({ mode: 'staging', reason: 'New rules' })
  expect(status).toBe(200)
  expect(body).toEqual({
    mode: 'staging',
    since: expect.any(String),
    by: 'tester',
    reason: 'New rules',
    exporters: [{ ...exporter, seenAt: expect.any(String) }]
  })
  expect((await api.get('/v1/staging')).body).toEqual(body)
})

it('keeps every change, newest first, page by page', async () => {
  await put({ mode: 'staging', reason: 'Once more' })
  await put({ mode: 'export', reason: 'Looked at' })
  await put({ mode: 'staging', reason: 'Again' })
  await put({ mode: 'export', reason: 'Done' })
  const reasons: string[] = []
  let before = ''
  do {
    const { body } = await api.send({ method: 'GET', path: `/v1/staging/history?limit=3${before}` })
    for (const { reason, by } of body.items) reasons.push(`${by}: ${reason}`)
    before = body.next === undefined ? '' : `&before=${body.next}`
  } while (before !== '')
  expect(reasons).toEqual(['tester: Done', 'tester: Again', 'tester: Looked at', 'tester: New rules'])
})

it.each([
  ['another mode', { mode: 'pause', reason: 'x' }],
  ['no reason', { mode: 'staging' }],
  ['an empty reason', { mode: 'staging', reason: '' }],
  ['an unknown property', { mode: 'staging', reason: 'x', force: true }],
  ['too long a wait', { mode: 'staging', reason: 'x', waitSeconds: 3_600 }]
])('refuses %s', async (_what, body) => {
  expect((await put(body)).status).toBe(400)
})

it('answers 503 while a write is under way for too long, and answers when it has ended', async () => {
  await stage(api.store, [person('Ada')])
  await synchroniseAll(api)
  const begun = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const written: string[] = []
  const writing = api.store.exports.objects({
    entryIds: await api.store.pending.exports(10, gate),
    gate,
    async write(pending) {
      begun.resolve()
      await mayEnd.promise
      written.push(...pending.map(({ entryId }) => entryId))
      const outcome: WriteOutcome = { result: 'written', operation: 'create', entraId: randomUUID() }
      return new Map(pending.map(({ entryId }) => [entryId, outcome]))
    }
  })
  await begun.promise
  const early = await put({ mode: 'staging', reason: 'Stop', waitSeconds: 1 })
  expect(early).toMatchObject({
    status: 503,
    headers: { 'retry-after': '5' },
    body: {
      type: 'urn:opendirsync:problem:writes-under-way',
      detail: expect.stringMatching(/still under way. Try again/)
    }
  })
  const again = put({ mode: 'staging', reason: 'Stop' })
  mayEnd.resolve()
  expect(await again).toMatchObject({ status: 200, body: { mode: 'staging' } })
  expect(written).toHaveLength(1)
  await writing
})
