import type {
  AddressKey,
  Finding,
  Inspector,
  Judgement,
  ObjectType,
  Rules,
  StagedObject
} from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import type { Decided } from '../decide-entries.ts'
import {
  entriesOf,
  holdersOf,
  keyId,
  nameOf,
  neighboursOf,
  othersToLookAt,
  readObjects,
  sharedAmong
} from './keys.ts'

export interface Inspected {
  readonly object: StagedObject
  /** Undefined: it is not for the tenant, and nothing is said of it. */
  readonly objectType: ObjectType | undefined
}

/** An object with what its own values show. */
export interface Found extends Inspected {
  readonly findings: readonly Finding[]
  readonly keys: readonly IdentifiedKey[]
}

interface IdentifiedKey {
  readonly id: string
  readonly key: AddressKey
}

interface Looking {
  readonly inspector: Inspector
  readonly rules: Pick<Rules, 'judge'>
}

/**
 * Brings the findings of these objects up to date, and those of others that share a value with them. The caller holds
 * the lock of the link step, so that of two objects which get the same value the later one is seen by both.
 */
export async function updateReadiness(
  trx: DatabaseTransaction,
  decided: readonly Pick<Decided, 'object' | 'judgement'>[],
  looking: Looking
): Promise<void> {
  // What the rules could not judge is as it was.
  const judged = decided.filter(({ judgement }) => judgement.outcome !== 'failed')
  const objects = judged.map(({ object, judgement }) => ({ object, objectType: typeIn(judgement) }))
  await settleFindings(
    trx,
    objects.map(item => inspect(item, looking.inspector)),
    looking
  )
}

/** Compares what these objects have with what all others have, and writes what is found. */
export async function settleFindings(
  trx: DatabaseTransaction,
  found: readonly Found[],
  { inspector, rules }: Looking
): Promise<void> {
  const dropped = await replaceKeys(trx, found)
  const shared = await sharedAmong(trx, keysOf(found))
  const others = await readObjects(trx, await othersToLookAt(trx, [...shared, ...dropped]))
  const own = new Set(found.map(({ object }) => nameOf(object)))
  // Not by their entries: who is in scope may have none, and has findings all the same.
  const besides = others
    .filter(object => !own.has(nameOf(object)))
    .map(object => inspect({ object, objectType: typeIn(rules.judge(object)) }, inspector))
  const holders = await holdersOf(trx, [
    ...new Set([...shared, ...(await sharedAmong(trx, keysOf(besides)))])
  ])
  await writeFindings(trx, await withShared(trx, { all: [...found, ...besides], holders }, inspector))
}

/** Of what is for the tenant. */
export function typeIn(judgement: Judgement): ObjectType | undefined {
  return judgement.outcome === 'in-scope' ? judgement.objectType : undefined
}

function keysOf(found: readonly Found[]): string[] {
  return [...new Set(found.flatMap(({ keys }) => keys.map(({ id }) => id)))]
}

export function inspect({ object, objectType }: Inspected, inspector: Inspector): Found {
  if (objectType === undefined) return { object, objectType, findings: [], keys: [] }
  const { findings, keys } = inspector.inspect(object, objectType)
  return { object, objectType, findings, keys: keys.map(key => ({ id: keyId(key), key })) }
}

/** @returns the keys that the objects do not have any more */
async function replaceKeys(trx: DatabaseTransaction, found: readonly Found[]): Promise<string[]> {
  const { rows } = await sql<KeyRow>`
    select replace(k.key::text, '-', '') as key, k.connector, k.object_guid as "objectGuid", array_to_string(k.attributes, ',') as attributes
    from unnest(${found.map(({ object }) => object.connector)}::text[], ${found.map(({ object }) => object.objectGuid)}::uuid[])
      as o (connector, guid)
    cross join lateral (select * from readiness_key
      where object_guid = o.guid and connector = o.connector offset 0) k`.execute(trx)
  const before = new Map(rows.map(row => [identityOf(row), row]))
  const now = new Map(found.flatMap(keyRows).map(row => [identityOf(row), row]))
  const dropped = [...before].flatMap(([identity, row]) => (now.has(identity) ? [] : [row]))
  const added = [...now].flatMap(([identity, row]) =>
    before.get(identity)?.attributes === row.attributes ? [] : [row]
  )
  if (dropped.length > 0)
    await sql`
      delete from readiness_key k using ${asTable(dropped)}
      where k.key = r.key and k.object_guid = r.guid and k.connector = r.connector`.execute(trx)
  if (added.length > 0)
    await sql`
      insert into readiness_key (key, connector, object_guid, attributes)
      select key, connector, guid, string_to_array(attributes, ',') from ${asTable(added)} order by key
      on conflict (key, object_guid, connector) do update set attributes = excluded.attributes`.execute(trx)
  return dropped.map(({ key }) => key)
}

interface KeyRow {
  readonly key: string
  readonly connector: string
  readonly objectGuid: string
  /** With commas between them. */
  readonly attributes: string
}

function identityOf({ key, connector, objectGuid }: KeyRow): string {
  return `${objectGuid}|${connector}|${key}`
}

function keyRows({ object: { connector, objectGuid }, keys }: Found): KeyRow[] {
  return [...Map.groupBy(keys, ({ id }) => id)].map(([key, same]) => ({
    key,
    connector,
    objectGuid,
    attributes: [...new Set(same.map(each => each.key.attribute))].join(',')
  }))
}

function asTable(rows: readonly KeyRow[]): RawBuilder<unknown> {
  return sql`unnest(${rows.map(row => row.key)}::uuid[], ${rows.map(row => row.connector)}::text[],
    ${rows.map(row => row.objectGuid)}::uuid[], ${rows.map(row => row.attributes)}::text[])
    as r (key, connector, guid, attributes)`
}

async function withShared(
  trx: DatabaseTransaction,
  { all, holders }: { all: readonly Found[]; holders: Awaited<ReturnType<typeof holdersOf>> },
  inspector: Inspector
): Promise<Found[]> {
  const neighbours = await neighboursOf(trx, keysOf(all))
  const isConcerned = ({ keys: its }: Found) => its.some(({ id }) => holders.has(id) || neighbours.has(id))
  const entries = await entriesOf(
    trx,
    all.filter(isConcerned).map(({ object }) => object)
  )
  return all.map(found => {
    const { object, objectType } = found
    if (objectType === undefined || !isConcerned(found)) return found
    const own = { connector: object.connector, objectType }
    const entryId = entries.get(nameOf(object))
    const isOther = (entry: string | null) => entry === null || entry !== entryId
    const shared = found.keys.flatMap(({ id, key }) => {
      const others = (holders.get(id) ?? []).filter(
        holder => nameOf(holder) !== nameOf(object) && isOther(holder.entryId)
      )
      const taken = (neighbours.get(id) ?? []).filter(({ entryId: its }) => isOther(its))
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
