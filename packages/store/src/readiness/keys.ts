import { hash } from 'node:crypto'
import type { AddressKey, KeyHolder, ObjectGuid, StagedObject, TenantNeighbour } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { asStaged, type Read, stagedColumns } from '../staged-columns.ts'

/** Whoever has a key is told of so many others at the most. */
const mostNamed = 6
/** Where more have a key, nobody's finding depends on one of them. */
const mostTold = mostNamed + 1

/** As it is stored and compared: short, however long the value is, and no address rests in the index. */
export function keyId({ space, value }: Pick<AddressKey, 'space' | 'value'>): string {
  return hash('sha256', `${space} ${value}`).slice(0, uuidDigits)
}

/** The first 16 bytes of the hash, as PostgreSQL reads a uuid. */
const uuidDigits = 32

export interface Holder extends KeyHolder {
  readonly entryId: string | null
}

/** Who has each of the keys: a few of them, enough to see that there are others and to name some. */
export async function holdersOf(
  trx: DatabaseTransaction,
  keys: readonly string[]
): Promise<ReadonlyMap<string, readonly Holder[]>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<Holder & { key: string }>`
    select replace(k.key::text, '-', '') as key, h.connector, h.object_guid as "objectGuid", s.dn, h.attributes, s.entry_id as "entryId",
      case when s.object_class in ('group', 'contact') then s.object_class else 'user' end as "objectType"
    from unnest(${keys}::uuid[]) as k (key)
    cross join lateral (select connector, object_guid, attributes from readiness_key
      where key = k.key order by object_guid limit ${mostTold}) h
    cross join lateral (select dn, entry_id, object_class from staged_object
      where object_guid = h.object_guid and connector = h.connector offset 0) s`.execute(trx)
  return Map.groupBy(rows, row => row.key)
}

/** Those of the keys that more than one object has. Most have one alone, and cost no more than this. */
export async function sharedAmong(trx: DatabaseTransaction, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<{ key: string }>`
    select replace(k.key::text, '-', '') as key from unnest(${keys}::uuid[]) as k (key)
    where (select count(*) from (select from readiness_key where key = k.key limit 2) few) > 1`.execute(trx)
  return rows.map(row => row.key)
}

/**
 * Objects whose finding comes, goes or names another one with keys that are shared now, or that somebody has given up.
 * Where many share a value, all but the newest know it already.
 */
export async function othersToLookAt(
  trx: DatabaseTransaction,
  keys: readonly string[]
): Promise<{ connector: string; objectGuid: ObjectGuid }[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<{ connector: string; objectGuid: ObjectGuid }>`
    select distinct h.connector, h.object_guid as "objectGuid" from unnest(${keys}::uuid[]) as k (key)
    cross join lateral (select connector, object_guid from readiness_key where key = k.key
      order by object_guid limit ${mostTold}) h
    where (select count(*) from (select from readiness_key where key = k.key limit ${mostTold + 1}) few) <= ${mostTold}`.execute(
    trx
  )
  return rows
}

export async function readObjects(
  trx: DatabaseTransaction,
  names: readonly { readonly connector: string; readonly objectGuid: ObjectGuid }[]
): Promise<StagedObject[]> {
  if (names.length === 0) return []
  const { rows } = await sql<Read<StagedObject>>`
    select ${stagedColumns('s')}
    from jsonb_to_recordset(${JSON.stringify(names)}::jsonb) as n (connector text, "objectGuid" uuid)
    cross join lateral (select * from staged_object
      where object_guid = n."objectGuid" and connector = n.connector offset 0) s`.execute(trx)
  return rows.map(asStaged)
}

/** The entry of each object that has one, by `nameOf`. */
export async function entriesOf(
  trx: DatabaseTransaction,
  objects: readonly StagedObject[]
): Promise<ReadonlyMap<string, string>> {
  const names = objects.map(({ connector, objectGuid }) => ({ connector, objectGuid }))
  const { rows } = await sql<{ connector: string; objectGuid: ObjectGuid; entryId: string }>`
    select s.connector, s.object_guid as "objectGuid", s.entry_id as "entryId"
    from jsonb_to_recordset(${JSON.stringify(names)}::jsonb) as n (connector text, "objectGuid" uuid)
    cross join lateral (select * from staged_object
      where object_guid = n."objectGuid" and connector = n.connector and entry_id is not null offset 0) s`.execute(
    trx
  )
  return new Map(rows.map(row => [nameOf(row), row.entryId]))
}

export function nameOf({ objectGuid, connector }: Pick<StagedObject, 'objectGuid' | 'connector'>): string {
  return `${objectGuid}|${connector}`
}

export interface Neighbour extends TenantNeighbour {
  /** The metaverse entry that this object of the tenant is. */
  readonly entryId: string | null
}

/** Objects of the tenant that have the keys. */
export async function neighboursOf(
  trx: DatabaseTransaction,
  keys: readonly string[]
): Promise<ReadonlyMap<string, readonly Neighbour[]>> {
  if (keys.length === 0) return new Map()
  // Key by key: for the whole list at once PostgreSQL would compare every key with every object that it comes by.
  const { rows } = await sql<Neighbour & { key: string }>`
    select replace(k.key::text, '-', '') as key, t.entra_id as "entraId", t.object_type as "objectType",
      t.display_name as "displayName", t.user_principal_name as "userPrincipalName", t.immutable_id as "immutableId",
      (select e.entry_id from export_state e where e.entra_id = t.entra_id limit 1) as "entryId"
    from unnest(${keys}::uuid[]) as k (key)
    cross join lateral (select * from tenant_object where keys @> array[k.key] offset 0) t`.execute(trx)
  const byKey = new Map<string, Neighbour[]>()
  for (const { key, ...neighbour } of rows) byKey.set(key, [...(byKey.get(key) ?? []), neighbour])
  return byKey
}
