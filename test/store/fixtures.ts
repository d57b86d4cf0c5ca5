import { randomUUID } from 'node:crypto'
import type {
  AttributeRecord,
  DirectoryChange,
  PendingExport,
  Problem,
  Projection,
  Rules,
  StagedObject,
  WriteOutcome
} from '@opendirsync/contracts'
import { type GateSettings, openStore, type Store } from '@opendirsync/store'
import { Client } from 'pg'
import { ownDatabase } from '../support/own-database.ts'

export const connector = 'corp.example.test'
export const namingContext = 'DC=corp,DC=example,DC=test'

/** Lets pass what tests of other things delete. */
export const gate: GateSettings = {
  deletes: { count: 500, percent: 100 },
  memberRemovals: { count: 100_000, percent: 100 },
  deleteAfterDays: 0
}

/** Up to so many deletes. */
export function gateOf(count: number): GateSettings {
  return { ...gate, deletes: { ...gate.deletes, count } }
}

export interface StoreFixture extends AsyncDisposable {
  readonly store: Store
  readonly url: string
  /** Looks into the tables. */
  query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]>
}

/** A store with a database of its own. */
export async function storeFixture(): Promise<StoreFixture> {
  const database = await ownDatabase()
  const { url } = database
  const store = await openStore({ url })
  return {
    store,
    url,
    async query<Row extends object>(text: string, values: readonly unknown[]) {
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query<Row>(text, [...values])).rows
      } finally {
        await client.end()
      }
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    }
  }
}

export function user(name: string, changes: Partial<DirectoryChange> = {}): DirectoryChange {
  return {
    objectGuid: randomUUID(),
    dn: `CN=${name},OU=People,${namingContext}`,
    objectClass: 'user',
    complete: true,
    state: 'present',
    attributes: { displayName: [name] },
    links: [],
    ...changes
  }
}

export function group(
  name: string,
  members: readonly string[],
  changes: Partial<DirectoryChange> = {}
): DirectoryChange {
  return user(name, {
    objectClass: 'group',
    links: [{ attribute: 'member', added: members, removed: [] }],
    ...changes
  })
}

export interface StageOptions {
  readonly mode?: 'full' | 'delta'
  /** Another than the usual one. */
  readonly connector?: string
  /** Of a full import: whether so many objects as are missing are really gone. */
  readonly acceptVanished?: boolean
}

/** Stages one page after whatever was staged before. */
export async function stage(
  store: Store,
  changes: readonly DirectoryChange[],
  { mode = 'delta', connector: name = connector, acceptVanished = false }: StageOptions = {}
) {
  const key = { connector: name, namingContext }
  await store.connectors.register(name, 'active-directory', namingContext)
  const runId = randomUUID()
  const full = mode === 'full' ? await store.connectorSpace.beginFullImport(key, []) : undefined
  const expected = full === undefined ? (await store.connectorSpace.cookie(key))?.cookie : undefined
  const generation = full === undefined ? {} : { generation: full.generation }
  return store.connectorSpace.stagePage(
    { ...key, expected, mode, runId, ...generation },
    async stageChunk => {
      await stageChunk(changes)
      return {
        to: { cookie: Buffer.from(randomUUID()), server: 'dc1', invocationId: undefined },
        more: false,
        acceptVanished
      }
    }
  )
}

/** What rules say of an object that is joined to no other. */
export type Decision =
  | { readonly outcome: 'out-of-scope'; readonly reason: Problem }
  | { readonly outcome: 'failed'; readonly problem: Problem }
  | ({ readonly outcome: 'projected'; readonly sourceAnchor: string } & Projection)

/** Rules that look at one object at a time. */
export function rulesOf(decide: (staged: StagedObject) => Decision): Rules {
  return {
    judge(staged) {
      const decision = decide(staged)
      if (decision.outcome !== 'projected') return decision
      const { objectType, sourceAnchor } = decision
      return { outcome: 'in-scope', objectType, sourceAnchor, joinKeys: [] }
    },
    project([staged]) {
      const decision = staged === undefined ? undefined : decide(staged)
      if (decision?.outcome !== 'projected') throw new Error('only objects in scope are projected')
      const { outcome: _outcome, sourceAnchor: _anchor, ...projection } = decision
      return projection
    }
  }
}

/** The plainest rules there can be: users and groups flow by name, everything else is out of scope. */
export function decide(staged: StagedObject): Decision {
  const objectType = staged.objectClass
  if (staged.deleted || (objectType !== 'user' && objectType !== 'group')) {
    return { outcome: 'out-of-scope', reason: { code: 'test', message: 'not for the tenant' } }
  }
  const attributes: AttributeRecord = { displayName: staged.attributes.displayName?.[0] ?? null }
  return {
    outcome: 'projected',
    objectType,
    sourceAnchor: staged.attributes.anchor?.[0] ?? staged.objectGuid,
    attributes,
    export: attributes,
    problems: []
  }
}

export const rules = rulesOf(decide)

export async function synchronise(store: Store, objectGuids: readonly string[]): Promise<readonly string[]> {
  return (await store.metaverse.synchronise({ connector, objectGuids, rules })).exportable
}

/** Exports as a tenant that accepts everything would, and gives the operations in order. */
export async function exportAll(
  store: Store,
  entryIds: readonly string[],
  settings = gate
): Promise<string[]> {
  const operations: string[] = []
  const result = await store.exports.objects({
    entryIds,
    gate: settings,
    write: async pending => new Map(pending.map(object => [object.entryId, accept(object, operations)]))
  })
  const sources = new Set([...entryIds, ...(await store.exports.linkSourcesReady(result.appeared))])
  await store.exports.links({
    sourceEntryIds: [...sources],
    limit: 10_000,
    gate: settings,
    keyOf: link => `${link.sourceEntryId} ${link.targetEntryId}`,
    write: async links => {
      for (const link of links) operations.push(`${link.operation} ${link.attribute}`)
      return new Map(
        links.map((link): [string, WriteOutcome] => [
          `${link.sourceEntryId} ${link.targetEntryId}`,
          { result: 'written', operation: 'add-link' }
        ])
      )
    }
  })
  return operations
}

function accept(pending: PendingExport, operations: string[]): WriteOutcome {
  const operation = operationOf(pending)
  operations.push(operation)
  return { result: 'written', operation, entraId: pending.entraId ?? randomUUID() }
}

function operationOf({ desiredPresent, entraState }: PendingExport) {
  if (!desiredPresent) return 'delete'
  if (entraState === 'present') return 'update'
  return entraState === 'deleted' ? 'restore' : 'create'
}

/** The whole way of some changes: staged, synchronised, exported. @returns the operations in order */
export async function takeThrough(store: Store, changes: readonly DirectoryChange[]): Promise<string[]> {
  const { changed } = await stage(store, changes)
  return exportAll(store, await synchronise(store, changed))
}
