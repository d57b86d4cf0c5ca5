import { randomUUID } from 'node:crypto'
import type { DirectoryChange } from '@opendirsync/contracts'
import type { ChunkInput, ImportPage, Store } from '@opendirsync/store'
import { connector, namingContext } from './fixtures.ts'

export const key = { connector, namingContext }

/** A full import that has begun to read its first page. */
export async function begunFull(store: Store): Promise<ImportPage> {
  const { generation } = await store.connectorSpace.beginFullImport(key, ['displayName'])
  const readSince = await store.connectorSpace.time()
  return { ...key, mode: 'full', runId: randomUUID(), expected: undefined, generation, readSince }
}

/** The end of the last page. These tests are about a few objects among whatever the others have left. */
export function ended(changes: Partial<NonNullable<ChunkInput['end']>> = {}): NonNullable<ChunkInput['end']> {
  return {
    to: { cookie: Buffer.from(`full ${randomUUID()}`), server: 'dc1', invocationId: undefined },
    more: false,
    gone: [],
    regardless: false,
    acceptVanished: true,
    ...changes
  }
}

/** What a delta tells of an object, and nothing but that. */
export function delta(change: DirectoryChange, changes: Partial<DirectoryChange>): DirectoryChange {
  return { ...change, complete: false, attributes: {}, links: [], ...changes }
}
