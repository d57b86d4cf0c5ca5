import { hash } from 'node:crypto'
import type {
  AddressKey,
  KeyHolder,
  ObjectGuid,
  ObjectType,
  StagedObject,
  TenantNeighbour
} from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'

/** Whoever has a key is told of so many others at the most. */
const mostNamed = 6

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
      where key = k.key order by object_guid limit ${mostNamed + 1}) h
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
 * Objects whose finding comes or goes with keys that are shared now, or that somebody has given up: those that were alone
 * with one, or are alone now. Where three or more share a value, all but the newest know it already.
 */
export async function othersToLookAt(
  trx: DatabaseTransaction,
  keys: readonly string[]
): Promise<{ connector: string; objectGuid: ObjectGuid }[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<{ connector: string; objectGuid: ObjectGuid }>`
    select distinct h.connector, h.object_guid as "objectGuid" from unnest(${keys}::uuid[]) as k (key)
    cross join lateral (select connector, object_guid from readiness_key where key = k.key
      order by object_guid limit 3) h
    where (select count(*) from (select from readiness_key where key = k.key limit 3) few) < 3`.execute(trx)
  return rows
}

export async function readObjects(
  trx: DatabaseTransaction,
  names: readonly { readonly connector: string; readonly objectGuid: ObjectGuid }[]
): Promise<{ object: StagedObject; objectType: ObjectType | undefined }[]> {
  if (names.length === 0) return []
  const { rows } = await sql<StagedObject & { parentGuid: string | null; objectType: ObjectType | null }>`
    select s.connector, s.object_guid as "objectGuid", s.dn, s.parent_guid as "parentGuid", s.object_class as "objectClass",
      s.object_sid as "objectSid", s.deleted, s.out_of_scope as "outOfScope", s.attributes, s.revision,
      s.synchronised_revision as "synchronisedRevision", m.object_type as "objectType"
    from jsonb_to_recordset(${JSON.stringify(names)}::jsonb) as n (connector text, "objectGuid" uuid)
    cross join lateral (select * from staged_object
      where object_guid = n."objectGuid" and connector = n.connector offset 0) s
    left join metaverse_entry m on m.id = s.entry_id`.execute(trx)
  return rows.map(({ objectType, ...row }) => ({
    object: { ...row, parentGuid: row.parentGuid ?? undefined },
    objectType: objectType ?? undefined
  }))
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
  const { rows } = await sql<Neighbour & { keys: string[] }>`
    select t.entra_id as "entraId", t.object_type as "objectType", t.display_name as "displayName",
      t.user_principal_name as "userPrincipalName", t.immutable_id as "immutableId",
      array(select replace(k::text, '-', '') from unnest(t.keys) as k) as keys, e.entry_id as "entryId"
    from tenant_object t left join export_state e on e.entra_id = t.entra_id
    where t.keys && ${keys}::uuid[]`.execute(trx)
  const wanted = new Set(keys)
  const byKey = new Map<string, Neighbour[]>()
  for (const { keys: its, ...neighbour } of rows) {
    for (const key of its) if (wanted.has(key)) byKey.set(key, [...(byKey.get(key) ?? []), neighbour])
  }
  return byKey
}
