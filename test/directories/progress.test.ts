import type { Run } from '@opendirsync/contracts'
import {
  populate,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { manyPeople } from '../support/many-people.ts'
import { patience, type View, viewOf } from './view.ts'

const people = 2_500
/** The importer waits when it has read so many. */
const stops = [1_000, 2_000] as const

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View

beforeAll(async () => {
  domain = stack.use(await startSambaDomain({ populate: files => populate(files, manyPeople(people)) }))
  system = stack.use(await startSystem({ domain, services: ['api'] }))
  view = stack.use(viewOf(system))
})
afterAll(() => stack.disposeAsync())

interface Gates extends AsyncDisposable {
  /** Waits until the importer waits at the stop. */
  reached(stop: number): Promise<void>
  open(stop: number): Promise<void>
}

/** Holds the counting of a full import up at the stops: its chunks before are committed, and nothing is locked. */
async function gates(): Promise<Gates> {
  const client = new Client({ connectionString: system.postgres.url })
  await client.connect()
  await client.query(`
    create or replace function wait_at_stop() returns trigger language plpgsql as $$
    declare stop int;
    begin
      foreach stop in array array[${stops.join()}] loop
        if old.reported < stop and new.reported >= stop then perform pg_advisory_xact_lock_shared(4712, stop); end if;
      end loop;
      return new;
    end $$;
    create or replace trigger wait_at_stop before update of reported on run
      for each row when (new.mode = 'full') execute function wait_at_stop()`)
  for (const stop of stops) await client.query('select pg_advisory_lock(4712, $1)', [stop])
  return {
    async reached(stop) {
      await waitFor(
        async () => {
          const { rows } = await client.query(
            "select from pg_locks where locktype = 'advisory' and classid = 4712 and objid = $1 and not granted",
            [stop]
          )
          return rows.length > 0
        },
        { ...patience, describe: `the importer to have read ${stop} objects` }
      )
    },
    async open(stop) {
      await client.query('select pg_advisory_unlock(4712, $1)', [stop])
    },
    [Symbol.asyncDispose]: () => client.end()
  }
}

function expectRising(runs: readonly Run[]): void {
  const read = runs.map(({ counters }) => counters.reported)
  expect(read[0]).toBeGreaterThan(0)
  expect(read).toEqual([...new Set(read)].sort((a, b) => a - b))
}

it('shows what a full import has read, while it runs and delta imports go on', {
  timeout: 120_000
}, async () => {
  await using first = await gates()
  await system.start('import')
  const id = await waitFor(
    async () => (await view.runs(domain.dnsName)).find(({ mode }) => mode === 'full')?.id,
    {
      ...patience,
      describe: 'the first full import'
    }
  )
  const seen: Run[] = []
  for (const stop of stops) {
    await first.reached(stop)
    const now = await view.run(id)
    expect(now).toMatchObject({
      state: 'running',
      trigger: 'recovery',
      reason: expect.stringContaining('no position')
    })
    // Nobody knows how many there are.
    expect(now.progress).not.toHaveProperty('expected')
    expect(now.progress.objectsPerSecond).toBeGreaterThan(0)
    seen.push(now)
    await first.open(stop)
  }
  const ended = await view.ended(id)
  expectRising([...seen, ended])
  expect(ended.state).toBe('completed')
  expect(ended.counters.staged).toBeGreaterThan(people)
  // Tombstones of objects that nobody knew are read, and change nothing.
  expect(ended.counters.staged + ended.counters.unchanged).toBe(ended.counters.reported)
})

it('estimates what is left where the objects are known', { timeout: 120_000 }, async () => {
  await using second = await gates()
  const { body } = await view.call('POST', '/v1/imports', { mode: 'full' })
  const { id } = body as Run
  const seen: Run[] = []
  for (const stop of stops) {
    await second.reached(stop)
    const now = await view.run(id)
    const { reported } = now.counters
    expect(now).toMatchObject({ state: 'running', counters: { staged: 0, unchanged: reported } })
    expect(now.progress.expected).toBeGreaterThan(people)
    expect(now.progress.remainingSeconds).toBeGreaterThan(0)
    seen.push(now)
    if (stop === stops[0]) await deltaPasses()
    await second.open(stop)
  }
  const ended = await view.ended(id)
  expectRising([...seen, ended])
  expect(ended).toMatchObject({ state: 'completed', counters: { deleted: 0 } })
  expect(ended.progress).not.toHaveProperty('remainingSeconds')
  expect(ended.counters.reported).toBeGreaterThan(people)
})

/** A change is imported while the full import is held up. */
async function deltaPasses(): Promise<void> {
  await using directory = await Directory.open(domain)
  await directory.addUser('Seen beside it')
  const delta = await view.import('delta', domain.dnsName)
  expect(delta.state).toBe('completed')
  const runs = await view.runs(domain.dnsName)
  expect(
    runs.some(({ mode, state, counters }) => mode === 'delta' && state === 'completed' && counters.staged > 0)
  ).toBe(true)
}
