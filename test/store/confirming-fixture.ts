import type { DirectoryChange, Drift, ToldObject } from '@opendirsync/contracts'
import { openStore, type Store } from '@opendirsync/store'
import { Client } from 'pg'
import { afterEach, beforeEach } from 'vitest'
import { type OwnDatabase, ownDatabase } from '../support/own-database.ts'
import { connector, decide, rulesOf, stage, user } from './fixtures.ts'
import { type Told, ToldTenant } from './told-tenant.ts'

/** A store and a tenant that tells of itself. */
export interface ConfirmingFixture {
  readonly store: Store
  readonly tenant: ToldTenant
  /** Looks into the tables. */
  readonly client: Client
  /** Staged and synchronised. */
  desire(...changes: readonly DirectoryChange[]): Promise<void>
  /** And exported. @returns the operations in the tenant */
  through(...changes: readonly DirectoryChange[]): Promise<string[]>
  open(): Promise<readonly Drift[]>
  /** As `name kind attribute action`. */
  brief(): Promise<string[]>
  /** A later round that tells of one user. */
  told(id: string): Told
  /** A later round that tells of members of a group. */
  piece(source: string, part: Partial<ToldObject>): Told
  /** Whatever was written, was written long ago. */
  age(): Promise<void>
}

/** Registers the hooks of a file whose tests each have a database of their own. */
export function confirmingForEachTest(take: (fixture: ConfirmingFixture) => void): void {
  let database: OwnDatabase
  let fixture: ConfirmingFixture
  beforeEach(async () => {
    database = await ownDatabase()
    fixture = await openFixture(database.url)
    take(fixture)
  })
  afterEach(async () => {
    await fixture.client.end()
    await fixture.store[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })
}

/** The plain rules with a department, so that one attribute can be written alone. */
const rules = rulesOf(staged => {
  const decision = decide(staged)
  if (decision.outcome !== 'projected' || staged.objectClass === 'group') return decision
  const department = staged.attributes.department?.[0] ?? null
  return { ...decision, export: { ...decision.export, department } }
})

export function person(name: string, department = 'Sales'): DirectoryChange {
  return user(name, { attributes: { displayName: [name], department: [department] } })
}

async function openFixture(url: string): Promise<ConfirmingFixture> {
  const store = await openStore({ url })
  const client = new Client({ connectionString: url })
  await client.connect()
  const tenant = new ToldTenant(store)
  const open = async () => (await store.drift.list({ limit: 100 })).items
  const desire = async (...changes: readonly DirectoryChange[]) => {
    const { changed } = await stage(store, changes)
    await store.metaverse.synchronise({ connector, objectGuids: changed, rules })
  }
  return {
    store,
    tenant,
    client,
    desire,
    open,
    async through(...changes) {
      await desire(...changes)
      return tenant.export()
    },
    brief: async () =>
      (await open()).map(({ kind, action, attribute, displayName }) =>
        [displayName, kind, attribute, action].filter(part => part !== null).join(' ')
      ),
    told: id => ({ user: [tenant.now(id)] }),
    piece: (source, part) => ({
      group: [{ entraId: source, attributes: {}, added: [], removedReferences: [], ...part }]
    }),
    async age() {
      await client.query("update journal set at = at - interval '1 hour'")
      await client.query("update export_state set exported_at = exported_at - interval '1 hour'")
    }
  }
}
