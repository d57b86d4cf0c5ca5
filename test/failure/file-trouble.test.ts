import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '@opendirsync/store'
import { startPostgres, startRedis, startService, waitFor } from '@opendirsync/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const stack = new AsyncDisposableStack()
const folder = mkdtempSync(join(tmpdir(), 'opendirsync-files-'))
stack.defer(() => rm(folder, { recursive: true, force: true }))

let url: string
let redisUrl: string
let store: Store
let client: Client
beforeAll(async () => {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  stack.use(postgres)
  stack.use(redis)
  url = await postgres.createDatabase()
  redisUrl = redis.url
  store = stack.use(await openStore({ url }))
  client = new Client({ connectionString: url })
  await client.connect()
  stack.defer(() => client.end())
})
afterAll(() => stack.disposeAsync())

/** An importer of one connector that is a file. */
async function importerOf(name: string, watched?: string) {
  const file = join(folder, `${name}.yaml`)
  const place = watched === undefined ? '' : `, folder: ${watched}`
  await writeFile(file, `- { name: ${name}, kind: csv, anchorColumn: Number, pollSeconds: 1${place} }\n`)
  const importer = await startService('import', {
    POSTGRES_URL: url,
    REDIS_URL: redisUrl,
    CONNECTORS_FILE: file
  })
  await importer.ready()
  return importer
}

function people(count: number): string {
  return ['Number,First name', ...Array.from({ length: count }, (_unused, at) => `E${at},Ada ${at}`)].join(
    '\n'
  )
}

async function drop(name: string, content: string): Promise<void> {
  const then = Date.now() / 1_000 - 10
  await writeFile(join(folder, `${name}.part`), content)
  await utimes(join(folder, `${name}.part`), then, then)
  await rename(join(folder, `${name}.part`), join(folder, name))
}

async function handIn(connector: string, content: string) {
  const upload = { connector, fileName: 'people.csv', maxBytes: 100_000_000 }
  const { id: uploadId } = await store.csvUploads.keep(upload, chunks(content))
  const run = await store.runs.request({ connector, mode: 'full', trigger: 'api:test', uploadId })
  return { uploadId, run }
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

async function knownOf(connector: string): Promise<number> {
  const { rows } = await client.query<{ known: string }>(
    'select count(*) as known from staged_object where connector = $1',
    [connector]
  )
  return Number(rows[0]?.known)
}

const patience = { timeoutMs: 20_000 }

describe('a file', () => {
  it('of a folder is imported in the end when PostgreSQL breaks off in its middle', async () => {
    await using locking = new AsyncDisposableStack()
    const other = new Client({ connectionString: url })
    await other.connect()
    locking.defer(() => other.end())
    await other.query('begin; lock table staged_object in exclusive mode')
    await using _importer = await importerOf('watched', folder)
    await drop('people.csv', people(3))
    const isHeldUp = async () => {
      const { rows } = await client.query<{ pid: number }>(
        "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into staged_object%'"
      )
      return rows[0]?.pid
    }
    const pid = await waitFor(isHeldUp, { ...patience, describe: 'the import to be in its middle' })
    await client.query('select pg_terminate_backend($1)', [pid])
    await other.query('rollback')
    await waitFor(async () => (await knownOf('watched')) === 3, {
      ...patience,
      describe: 'the file to be imported'
    })
  })

  it('that was handed in waits for the next importer when this one is stopped in its middle', async () => {
    const importer = await importerOf('large')
    const { run, uploadId } = await handIn('large', people(120_000))
    const isUnderWay = async () => ((await store.runs.get(run.id))?.counters.reported ?? 0) > 1_000
    await waitFor(isUnderWay, { ...patience, describe: 'the import to be under way' })
    const stoppedAt = performance.now()
    await importer.stop()
    expect(performance.now() - stoppedAt).toBeLessThan(10_000)
    expect((await importer.exited).code).toBe(0)
    expect(await knownOf('large')).toBe(0)
    expect(await store.runs.get(run.id)).toMatchObject({ state: 'queued', counters: { reported: 0 } })
    expect(await store.csvUploads.fileName(uploadId)).toBe('people.csv')
  })

  it('that is asked for ends its run when the folder is not there, and stops nobody else', async () => {
    const missing = join(folder, randomUUID())
    await using importer = await importerOf('missing', missing)
    const run = await store.runs.request({ connector: 'missing', mode: 'full', trigger: 'api:test' })
    const ended = () => store.runs.get(run.id).then(now => now?.state === 'failed' && now)
    expect(await waitFor(ended, { ...patience, describe: 'the run to end' })).toMatchObject({
      error: expect.stringContaining('cannot be read')
    })
    expect(importer.log().some(line => line.level === 'fatal')).toBe(false)
  })
})
