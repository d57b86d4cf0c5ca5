import { DomainControllers } from '@opendirsync/active-directory'
import { queues as definitions } from '@opendirsync/contracts'
import { connectQueues, type Queues } from '@opendirsync/queue'
import { createLogger, untilReady } from '@opendirsync/runtime'
import { type FixRun, openStore, type Store } from '@opendirsync/store'
import { startRedis, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sourceOpener } from '../../services/import/src/directory/open-source.ts'
import { serveFixes } from '../../services/import/src/directory/serve-fixes.ts'
import { ownDatabase } from '../support/own-database.ts'
import { type DomainFixture, startDomainFixture } from './domain-fixture.ts'
import { addPeople, mail } from './fix-people.ts'

const connector = 'corp.example.test'
const log = createLogger({ name: 'test', destination: { write: () => {} } })
const stack = new AsyncDisposableStack()
let fixture: DomainFixture
let store: Store
let queues: Queues

beforeAll(async () => {
  const [domain, database, redis] = await Promise.all([startDomainFixture(), ownDatabase(), startRedis()])
  fixture = stack.use(domain)
  stack.use(database)
  stack.use(redis)
  store = stack.use(await openStore({ url: database.url }))
  queues = stack.use(connectQueues({ redisUrl: redis.url, log }))
  await store.connectors.register(connector, 'active-directory', fixture.domain.baseDn)
})
afterAll(() => stack.disposeAsync())

/** What an importer does that holds the lease, until it is disposed. */
function serve(): AsyncDisposable {
  const stopping = new AbortController()
  const { url, ...account } = fixture.server
  const controllers = new DomainControllers({ source: { kind: 'list', urls: [url] }, account })
  const openSource = sourceOpener({ connector, controllers, store, log, onFullImportRequested: () => {} })
  const options = { signal: stopping.signal, firstDelayMs: 50, longestDelayMs: 200 }
  const serving = serveFixes(
    { applier: { connector, fixes: store.fixes, log }, openSource, queues },
    { untilReady: (what, attempt) => untilReady(log, what, attempt, options) },
    stopping.signal
  )
  const ended = serving.catch((error: unknown) => error)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      expect(await ended).toBe(stopping.signal.reason)
    }
  }
}

async function ask(count: number): Promise<FixRun> {
  const fixes = (await addPeople(fixture, count)).map(person => mail(person))
  return store.fixes.create({ connector, requestedBy: 'api:test', fixes })
}

async function untilEnded({ id }: FixRun): Promise<void> {
  await waitFor(async () => (await store.fixes.get(id))?.state === 'completed', { timeoutMs: 40_000 })
}

it('finds what was asked for before it came, and goes on by a message, through the loss of the controller', async () => {
  const before = await ask(2)
  await using _serving = serve()
  await untilEnded(before)

  const run = await ask(60)
  await queues.publish(definitions.fixesRequested, { connector, fixRunId: run.id }, { partition: connector })
  await waitFor(async () => ((await store.fixes.get(run.id))?.counts.applied ?? 0) > 5)
  await fixture.domain.kill9()
  expect((await store.fixes.get(run.id))?.state).toBe('running')
  await fixture.domain.start()
  await untilEnded(run)
  const { fixes } = await store.fixes.read(run.id, { limit: 100 })
  expect(fixes.map(({ state, undoable }) => ({ state, undoable }))).toEqual(
    Array.from({ length: 60 }, () => ({ state: 'applied', undoable: true }))
  )
})
