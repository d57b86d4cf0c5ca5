import { randomUUID } from 'node:crypto'
import type { ConnectorScope, ObjectGuid, ScopePart, ScopeReference } from '@opendirsync/contracts'
import type { Store } from '@opendirsync/store'
import { Client } from 'pg'
import { type Database, openDatabase, transact } from '../../packages/store/src/database.ts'
import { applyScope } from '../../packages/store/src/scope/apply-scope.ts'
import { markScopeAffected, type ScopeNews } from '../../packages/store/src/scope/mark-scope-affected.ts'
import { settleScope } from '../../packages/store/src/scope/settle-scope.ts'
import { storeFixture } from './fixtures.ts'

export const connector = 'corp.example.test'

interface Row {
  readonly guid: ObjectGuid
  readonly parent?: ObjectGuid | null
  readonly objectClass?: string
  readonly attributes?: Readonly<Record<string, readonly string[]>>
  readonly dn?: string
}

interface LinkRow {
  readonly group: ObjectGuid
  readonly member: ObjectGuid
  readonly present: boolean
}

/** A connector space that is written row by row, as pages would leave it. */
export interface ScopeSpace extends AsyncDisposable {
  readonly store: Store
  readonly database: Database
  readonly client: Client
  /** Writes objects as new or different, with what a page tells the scope of it. @returns those that changed sides */
  stage(rows: readonly Row[], news?: Omit<ScopeNews, 'changed'>): Promise<ObjectGuid[]>
  write(row: Row): Promise<void>
  writeLink(change: LinkRow): Promise<void>
  /** Adds or removes members of groups, as one page. @returns the objects that changed sides */
  link(changes: readonly LinkRow[]): Promise<ObjectGuid[]>
  tell(news: ScopeNews): Promise<ObjectGuid[]>
  apply(scope: ConnectorScope | null): Promise<NonNullable<Awaited<ReturnType<typeof applyScope>>>>
  /** Which part keeps an object out; null: none does. */
  part(guid: ObjectGuid): Promise<ScopePart | null>
  parts(): Promise<Record<ObjectGuid, ScopePart | null>>
  revision(guid: ObjectGuid): Promise<number>
  /** As if synchronisation had seen everything. */
  synchronise(): Promise<void>
  clear(): Promise<void>
}

export async function openScopeSpace(): Promise<ScopeSpace> {
  const fixture = await storeFixture()
  const { store, url } = fixture
  const client = new Client(url)
  await client.connect()
  const database = openDatabase({ url })
  await client.query(
    "insert into connector (name, naming_context, imported_attributes) values ($1, 'DC=corp', '{department,title}')",
    [connector]
  )
  const tell = (news: ScopeNews) =>
    transact(database, async trx => {
      await markScopeAffected(trx, connector, news)
      return settleScope(trx, connector)
    })
  const parts = async () => {
    const { rows } = await client.query<{ guid: string; part: ScopePart | null }>(
      'select object_guid as guid, out_of_scope as part from staged_object order by object_guid'
    )
    return Object.fromEntries(rows.map(({ guid, part }) => [guid, part]))
  }
  return {
    store,
    database,
    client,
    tell,
    parts,
    write: row => writeRow(client, row),
    writeLink: change => writeLink(client, change),
    async stage(rows, news = {}) {
      for (const row of rows) await writeRow(client, row)
      return tell({ ...news, changed: rows.map(({ guid }) => guid) })
    },
    async link(changes) {
      for (const change of changes) await writeLink(client, change)
      return tell({ linkTargets: changes.map(({ member }) => member) })
    },
    async apply(scope) {
      const applied = await applyScope(database, { connector, scope, expectedRevision: undefined })
      if (applied === undefined) throw new Error('the connector is not known')
      return applied
    },
    async part(guid) {
      const part = (await parts())[guid]
      if (part === undefined) throw new Error(`there is no object ${guid}`)
      return part
    },
    async revision(guid) {
      const { rows } = await client.query<{ revision: string }>(
        'select revision from staged_object where object_guid = $1',
        [guid]
      )
      return Number(rows[0]?.revision)
    },
    async synchronise() {
      await client.query('update staged_object set synchronised_revision = revision')
    },
    async clear() {
      await client.query('truncate staged_object, staged_link, scope_container, journal')
      await client.query(
        "update connector set scope = null, scope_waits_for = null, scope_learns_containers = false, imported_attributes = '{department,title}'"
      )
    },
    async [Symbol.asyncDispose]() {
      await client.end()
      await database.destroy()
      await fixture[Symbol.asyncDispose]()
    }
  }
}

async function writeRow(client: Client, { guid, parent, objectClass, attributes, dn }: Row): Promise<void> {
  await client.query(
    `insert into staged_object (connector, object_guid, dn, parent_guid, object_class, attributes, generation)
     values ($1, $2, $3, $4, $5, $6, 1)
     on conflict (object_guid, connector) do update set dn = excluded.dn, parent_guid = excluded.parent_guid,
       attributes = excluded.attributes, revision = staged_object.revision + 1`,
    [connector, guid, dn ?? `CN=${guid}`, parent ?? null, objectClass ?? 'user', attributes ?? {}]
  )
}

async function writeLink(client: Client, { group, member, present }: LinkRow): Promise<void> {
  await client.query(
    `insert into staged_link (connector, source_guid, attribute, target_guid, present, generation, revision)
     values ($1, $2, 'member', $3, $4, 1, 1)
     on conflict (source_guid, attribute, target_guid, connector) do update set present = excluded.present`,
    [connector, group, member, present]
  )
}

export function reference(guid: ObjectGuid): ScopeReference {
  return { objectGuid: guid, dn: `CN=${guid}` }
}

export function containers(
  include: readonly ObjectGuid[],
  exclude: readonly ObjectGuid[] = [],
  newContainers: 'in' | 'out' = 'in'
): ConnectorScope {
  return {
    containers: { include: include.map(reference), exclude: exclude.map(reference), newContainers }
  }
}

/** Objects by name, each with a GUID of its own, made at its first use. */
export function namedObjects() {
  const known = new Map<string, ObjectGuid>()
  const id = (name: string): ObjectGuid => {
    const guid = known.get(name) ?? randomUUID()
    known.set(name, guid)
    return guid
  }
  const below = (parent: string | undefined) => (parent === undefined ? null : id(parent))
  const person = (name: string, parent?: string, attributes: Record<string, string[]> = {}): Row => ({
    guid: id(name),
    dn: `CN=${name}`,
    parent: below(parent),
    attributes
  })
  return {
    id,
    person,
    ou: (name: string, parent?: string): Row => ({
      guid: id(name),
      dn: `OU=${name}`,
      objectClass: 'organizationalUnit',
      parent: below(parent)
    }),
    group: (name: string, parent?: string): Row => ({ ...person(name, parent), objectClass: 'group' }),
    member: (into: string, name: string, present = true): LinkRow => ({
      group: id(into),
      member: id(name),
      present
    })
  }
}
