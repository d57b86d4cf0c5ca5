import type {
  AddressKey,
  Finding,
  Inspector,
  KeyHolder,
  ObjectType,
  StagedObject
} from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import type { Decided } from '../decide-entries.ts'
import { entriesOf, holdersOf, keyText, nameOf, neighboursOf, othersToLookAt, readObjects } from './keys.ts'

export interface Inspected {
  readonly object: StagedObject
  /** Undefined: it is not for the tenant, and nothing is said of it. */
  readonly objectType: ObjectType | undefined
}

interface Found extends Inspected {
  readonly findings: readonly Finding[]
  readonly keys: readonly AddressKey[]
}

/**
 * Brings the findings of these objects up to date, and those of others that share a value with them. The caller holds
 * the lock of the link step, so that of two objects which get the same value the later one is seen by both.
 */
export async function updateReadiness(
  trx: DatabaseTransaction,
  decided: readonly Pick<Decided, 'object' | 'judgement'>[],
  inspector: Inspector
): Promise<void> {
  await inspectObjects(
    trx,
    decided.map(({ object, judgement }) => ({
      object,
      objectType: judgement.outcome === 'in-scope' ? judgement.objectType : undefined
    })),
    inspector
  )
}

export async function inspectObjects(
  trx: DatabaseTransaction,
  objects: readonly Inspected[],
  inspector: Inspector
): Promise<void> {
  const found = objects.map(item => inspect(item, inspector))
  const changed = await replaceKeys(trx, found)
  const others = await readObjects(trx, await othersToLookAt(trx, changed))
  const own = new Set(objects.map(({ object }) => nameOf(object)))
  const besides = others
    .filter(({ object }) => !own.has(nameOf(object)))
    .map(({ object, objectType }) => inspect({ object, objectType }, inspector))
  const all = [...found, ...besides]
  await writeFindings(trx, await withShared(trx, all, inspector))
}

function inspect({ object, objectType }: Inspected, inspector: Inspector): Found {
  if (objectType === undefined) return { object, objectType, findings: [], keys: [] }
  return { object, objectType, ...inspector.inspect(object, objectType) }
}

/** @returns the keys that these objects have now and had not, or had and have not. */
async function replaceKeys(trx: DatabaseTransaction, found: readonly Found[]): Promise<string[]> {
  const records = found.flatMap(({ object: { connector, objectGuid: guid }, keys }) =>
    [...Map.groupBy(keys, keyText)].map(([key, same]) => ({
      key,
      connector,
      guid,
      attributes: [...new Set(same.map(({ attribute }) => attribute))]
    }))
  )
  const objects = found.map(({ object: { connector, objectGuid: guid } }) => ({ connector, guid }))
  const { rows } = await sql<{ key: string }>`
    with now_there as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        as r (key text, connector text, guid uuid, attributes text[])
    ), before as materialized (
      select k.* from jsonb_to_recordset(${JSON.stringify(objects)}::jsonb) as o (connector text, guid uuid)
      cross join lateral (select * from readiness_key
        where object_guid = o.guid and connector = o.connector offset 0) k
    ), dropped as (
      delete from readiness_key k using before b
      where k.key = b.key and k.object_guid = b.object_guid and k.connector = b.connector and not exists (
        select from now_there n where n.key = b.key and n.guid = b.object_guid and n.connector = b.connector)
      returning k.key
    ), added as (
      insert into readiness_key (key, connector, object_guid, attributes)
      select key, connector, guid, attributes from now_there n where not exists (
        select from before b where b.key = n.key and b.object_guid = n.guid and b.connector = n.connector
          and b.attributes = n.attributes) order by key
      on conflict (key, object_guid, connector) do update set attributes = excluded.attributes
      returning key
    )
    select key from dropped union select key from added`.execute(trx)
  return rows.map(row => row.key)
}

async function withShared(
  trx: DatabaseTransaction,
  all: readonly Found[],
  inspector: Inspector
): Promise<Found[]> {
  const keys = [...new Set(all.flatMap(found => found.keys.map(keyText)))]
  const entries = await entriesOf(
    trx,
    all.map(({ object }) => object)
  )
  const holders = await holdersOf(trx, keys)
  const neighbours = await neighboursOf(trx, keys)
  return all.map(found => {
    const { object, objectType } = found
    if (objectType === undefined) return found
    const own = { connector: object.connector, objectType }
    const entryId = entries.get(nameOf(object))
    const isOther = (entry: string | null) => entry === null || entry !== entryId
    const shared = found.keys.flatMap(key => {
      const others = (holders.get(keyText(key)) ?? []).filter(
        holder => nameOf(holder) !== nameOf(object) && isOther(holder.entryId)
      )
      const taken = (neighbours.get(keyText(key)) ?? []).filter(({ entryId: its }) => isOther(its))
      return [
        ...(others.length === 0 ? [] : [inspector.shared(own, key, others)]),
        ...taken.map(neighbour => inspector.taken(own, key, neighbour))
      ].filter(finding => finding !== undefined)
    })
    return { ...found, findings: [...found.findings, ...shared] }
  })
}

async function writeFindings(trx: DatabaseTransaction, all: readonly Found[]): Promise<void> {
  const records = all.map(({ object: { connector, objectGuid: guid }, findings }) => ({
    connector,
    guid,
    findings
  }))
  await sql`
    with incoming as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        as r (connector text, guid uuid, findings jsonb)
    ), healed as (
      delete from readiness r using incoming i
      where r.object_guid = i.guid and r.connector = i.connector and i.findings = '[]'
    )
    insert into readiness (connector, object_guid, findings)
    select connector, guid, findings from incoming where findings <> '[]' order by guid
    on conflict (object_guid, connector) do update set findings = excluded.findings
      where readiness.findings <> excluded.findings`.execute(trx)
}
