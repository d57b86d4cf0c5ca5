import { randomUUID } from 'node:crypto'
import type { PendingExport, WriteOutcome } from '@opendirsync/contracts'
import { openStore, type Store, WritesUnderWayError } from '@opendirsync/store'
import { waitFor } from '@opendirsync/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  exportAll,
  gate,
  group,
  type StoreFixture,
  stage,
  storeFixture,
  synchronise,
  user
} from './fixtures.ts'

let fixture: StoreFixture
let store: Store

beforeEach(async () => {
  fixture = await storeFixture()
  store = fixture.store
})
afterEach(async () => {
  await fixture[Symbol.asyncDispose]()
})

const staging = { mode: 'staging', by: 'operator', reason: 'New rules', waitMs: 10_000 } as const
const exporting = { mode: 'export', by: 'colleague', reason: 'Looked at', waitMs: 10_000 } as const

/** Staged and synchronised. @returns the entry ids of what is to be written */
async function arrive(names: readonly string[]): Promise<readonly string[]> {
  const people = names.map(name => user(name))
  const { changed } = await stage(store, [
    ...people,
    group(
      'Team',
      people.map(({ objectGuid }) => objectGuid)
    )
  ])
  return synchronise(store, changed)
}

/** A write that takes as long as the test wants. */
function slowWrite(from: Store, entryIds: readonly string[]) {
  const begun = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const written: string[] = []
  const ended = from.exports.objects({
    entryIds,
    gate,
    async write(pending: readonly PendingExport[]): Promise<Map<string, WriteOutcome>> {
      begun.resolve()
      await mayEnd.promise
      return new Map(
        pending.map(({ entryId }) => {
          written.push('create')
          return [entryId, { result: 'written', operation: 'create', entraId: randomUUID() }]
        })
      )
    }
  })
  return { begun: begun.promise, end: () => mayEnd.resolve(), ended, written }
}

async function someoneWaits(): Promise<void> {
  await waitFor(
    async () => {
      const waiting = await fixture.query(
        "select from pg_locks where locktype = 'advisory' and not granted",
        []
      )
      return waiting.length > 0
    },
    { timeoutMs: 10_000, everyMs: 20, describe: 'the switch to wait' }
  )
}

describe('the switch', () => {
  it('is export until somebody sets it, and remembers who set it and why', async () => {
    expect(await store.exportMode.current()).toEqual({ mode: 'export' })
    expect(await store.exportMode.set(staging)).toEqual({
      mode: 'staging',
      since: expect.any(Date),
      by: 'operator',
      reason: 'New rules'
    })
    await store.exportMode.set(exporting)
    expect(await store.exportMode.current()).toMatchObject({ mode: 'export', by: 'colleague' })
    const history = await store.exportMode.history({ limit: 10 })
    expect(history.map(({ mode, by, reason }) => [mode, by, reason])).toEqual([
      ['export', 'colleague', 'Looked at'],
      ['staging', 'operator', 'New rules']
    ])
    const [newest] = history
    expect(await store.exportMode.history({ limit: 10, before: newest?.id ?? 0 })).toEqual(history.slice(1))
  })

  it('leaves no line when nothing changes', async () => {
    await store.exportMode.set(exporting)
    await store.exportMode.set(staging)
    await store.exportMode.set({ ...staging, by: 'another' })
    expect(await store.exportMode.history({ limit: 10 })).toMatchObject([{ mode: 'staging', by: 'operator' }])
  })

  it('lets nothing be claimed in staging mode, and everything afterwards', async () => {
    const entryIds = await arrive(['Ada', 'Bob'])
    await store.exportMode.set(staging)
    expect(await exportAll(store, entryIds)).toEqual([])
    await store.exportMode.set(exporting)
    expect(await exportAll(store, entryIds)).toEqual([
      'create',
      'create',
      'create',
      'add member',
      'add member'
    ])
  })

  it('holds back references too', async () => {
    const entryIds = await arrive(['Ada'])
    const { ended, end } = slowWrite(store, entryIds)
    end()
    await ended
    await store.exportMode.set(staging)
    expect(await exportAll(store, entryIds)).toEqual([])
    await store.exportMode.set(exporting)
    expect(await exportAll(store, entryIds)).toEqual(['add member'])
  })
})

describe('switching to staging mode while exporters write', () => {
  it('waits for the write that is under way, and no other begins meanwhile or afterwards', async () => {
    await using other = await openStore({ url: fixture.url })
    const [first = '', ...rest] = await arrive(['Ada', 'Bob'])
    const slow = slowWrite(store, [first])
    await slow.begun

    let answered = false
    const switching = store.exportMode.set(staging).then(() => (answered = true))
    await someoneWaits()
    const late = exportAll(other, rest)
    expect(answered).toBe(false)
    slow.end()
    await switching
    expect(slow.written).toEqual(['create'])
    await slow.ended
    expect(await late).toEqual([])
    expect(await exportAll(other, rest)).toEqual([])
  })

  it('says so when the write takes too long, keeps the mode, and waits again when asked again', async () => {
    const [first = '', ...rest] = await arrive(['Ada', 'Bob'])
    const slow = slowWrite(store, [first])
    await slow.begun
    await expect(store.exportMode.set({ ...staging, waitMs: 50 })).rejects.toBeInstanceOf(WritesUnderWayError)
    expect(await store.exportMode.current()).toMatchObject({ mode: 'staging' })
    expect(await exportAll(store, rest)).toEqual([])
    slow.end()
    await slow.ended
    expect(await store.exportMode.set(staging)).toMatchObject({ mode: 'staging', by: 'operator' })
  })

  it('answers with what is in force when somebody has switched back meanwhile', async () => {
    const slow = slowWrite(store, await arrive(['Ada']))
    await slow.begun
    const switching = store.exportMode.set(staging)
    await someoneWaits()
    await store.exportMode.set(exporting)
    slow.end()
    expect(await switching).toMatchObject({ mode: 'export', by: 'colleague' })
    await slow.ended
  })
})

describe('what a process knows of the mode', () => {
  it('is what it last asked for, by a claim too', async () => {
    await using other = await openStore({ url: fixture.url })
    expect(other.exportMode.lastReading()).toBeUndefined()
    await store.exportMode.set(staging)
    await exportAll(other, await arrive(['Ada']))
    expect(other.exportMode.lastReading()).toMatchObject({ mode: 'staging' })
    await store.exportMode.set(exporting)
    await other.exportMode.current()
    expect(other.exportMode.lastReading()).toMatchObject({ mode: 'export' })
  })

  it('lists the exporters that run, and forgets those that have stopped or gone silent', async () => {
    const exporter = (id: string) =>
      ({
        id: `00000000-0000-4000-8000-00000000000${id}`,
        host: 'a',
        processId: Number(id),
        forced: false,
        mode: 'export'
      }) as const
    for (const id of ['1', '2', '3']) await store.exportMode.reportExporter(exporter(id))
    await store.exportMode.reportExporter({ ...exporter('1'), mode: 'staging' })
    await store.exportMode.forgetExporter(exporter('2').id)
    await fixture.query("update exporter set seen_at = now() - interval '2 minutes' where id = $1", [
      exporter('3').id
    ])
    expect(await store.exportMode.exporters()).toMatchObject([
      { processId: 1, mode: 'staging', forced: false }
    ])
  })
})
