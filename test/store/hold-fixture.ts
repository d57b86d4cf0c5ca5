import type { DirectoryChange, Hold, HoldState } from '@opendirsync/contracts'
import { type GateSettings, openStore, type Store } from '@opendirsync/store'
import { Client } from 'pg'
import { afterEach, beforeEach } from 'vitest'
import { type OwnDatabase, ownDatabase } from '../support/own-database.ts'
import { exportAll, gate, stage, synchronise, user } from './fixtures.ts'

/** A store of its own for each test, and what an operator does with what is held in it. */
interface HoldsFixture {
  store(): Store
  /** Another one on the same database. The caller disposes it. */
  another(): Promise<Store>
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Staged, synchronised, exported. @returns the operations in order */
  through(changes: readonly DirectoryChange[], settings?: GateSettings): Promise<string[]>
  /** What a sweep finds. */
  exportPending(settings: GateSettings): Promise<string[]>
  holdsIn(state: HoldState): Promise<Hold[]>
  decide(decision: 'approve' | 'refuse', ids: readonly number[]): ReturnType<Store['holds']['decide']>
}

export const operator = 'tester'

export function holdsForEachTest(): HoldsFixture {
  let database: OwnDatabase
  let store: Store
  beforeEach(async () => {
    database = await ownDatabase()
    store = await openStore({ url: database.url })
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  return {
    store: () => store,
    another: () => openStore({ url: database.url }),
    async query<Row extends object>(text: string, values: readonly unknown[] = []) {
      const client = new Client({ connectionString: database.url })
      await client.connect()
      try {
        return (await client.query<Row>(text, [...values])).rows
      } finally {
        await client.end()
      }
    },
    async through(changes, settings = gate) {
      const { changed } = await stage(store, changes)
      return exportAll(store, await synchronise(store, changed), settings)
    },
    exportPending: async settings => exportAll(store, await store.pending.exports(1_000, settings), settings),
    holdsIn: async state => (await store.holds.list({ limit: 1_000, state })).items,
    decide: (decision, ids) =>
      store.holds.decide({ choice: { ids }, decision, by: operator, comment: 'seen' })
  }
}

export function people(count: number): DirectoryChange[] {
  return Array.from({ length: count }, (_unused, index) => user(`Person ${index}`))
}

export function deleted(object: DirectoryChange): DirectoryChange {
  return { ...object, state: 'deleted', complete: false }
}

export function idsOf(holds: readonly Hold[]): number[] {
  return holds.map(({ id }) => id)
}

export function onlyDeletes(count: number): string[] {
  return Array.from({ length: count }, () => 'delete')
}
