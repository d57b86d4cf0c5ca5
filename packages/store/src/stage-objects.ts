import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import { markScopeOfMembers } from './scope/mark-scope-affected.ts'

/** What the statements of a page need to know of it. */
export interface StagingPage {
  readonly connector: string
  readonly generation: number
  /**
   * A delta import while a full import is under way: what it tells is newer than what the full import has read and not
   * staged yet, so it marks what it touches.
   */
  readonly marksNews: boolean
}

export interface StagedRow {
  readonly objectGuid: ObjectGuid
  /** The name or the place has changed: the objects below have new distinguished names. */
  readonly moved: boolean
}

/**
 * Complete reports replace what is stored. A report that says what we have already counts as unchanged:
 * the revision rises only when something differs. `staged_at = now()` (the transaction's time) marks a change.
 */
export async function stageComplete(
  trx: DatabaseTransaction,
  page: StagingPage,
  changes: readonly DirectoryChange[]
): Promise<StagedRow[]> {
  if (changes.length === 0) return []
  const newest = new Map(changes.map(change => [change.objectGuid, withoutCleared(change)]))
  const result = await sql<StagedRow>`
    with incoming as (
      select guid, coalesce(dn, '') as dn, parent, coalesce(class, 'unknown') as class, sid, attributes
      from jsonb_to_recordset(${recordset([...newest.values()])}::jsonb)
        as r (guid uuid, dn text, parent uuid, class text, sid text, attributes jsonb)
    ), before as (
      select s.object_guid, s.dn from staged_object s join incoming i on s.object_guid = i.guid
      where s.connector = ${page.connector}
    ), upserted as (
      insert into staged_object (connector, object_guid, dn, parent_guid, object_class, object_sid, attributes, generation, delta_at)
      select ${page.connector}, guid, dn, parent, class, sid, attributes, ${page.generation}, ${newsAt(page)}
      from incoming order by guid
      on conflict (object_guid, connector) do update set
        dn = excluded.dn, parent_guid = excluded.parent_guid, object_class = excluded.object_class,
        object_sid = coalesce(excluded.object_sid, staged_object.object_sid), attributes = excluded.attributes,
        deleted = false, generation = excluded.generation,
        delta_at = coalesce(excluded.delta_at, staged_object.delta_at),
        revision = staged_object.revision + ${differs}::int,
        staged_at = case when ${differs} then now() else staged_object.staged_at end
      returning object_guid, dn, staged_at = now() as changed
    )
    select u.object_guid as "objectGuid", b.dn is not null and b.dn <> u.dn as moved
    from upserted u left join before b using (object_guid) where u.changed`.execute(trx)
  return result.rows
}

const differs = sql`(
  (staged_object.dn, staged_object.parent_guid, staged_object.object_class, staged_object.deleted, staged_object.attributes,
   staged_object.object_sid)
  is distinct from (excluded.dn, excluded.parent_guid, excluded.object_class, false, excluded.attributes,
   coalesce(excluded.object_sid, staged_object.object_sid)))`

/** The time of the statement, not of the transaction, which began before the directory was read. */
function newsAt({ marksNews }: StagingPage) {
  return marksNews ? sql`clock_timestamp()` : sql`null::timestamptz`
}

export interface DeltaResult {
  readonly staged: readonly StagedRow[]
  /** Not stored at all. */
  readonly unseen: readonly ObjectGuid[]
  /** Stored as deleted, and reported as if they lived: only a complete read can tell what they are now. */
  readonly doubtful: readonly ObjectGuid[]
}

/** Reports of changed attributes are merged into what is stored. */
export async function stageDelta(
  trx: DatabaseTransaction,
  page: StagingPage,
  changes: readonly DirectoryChange[]
): Promise<DeltaResult> {
  if (changes.length === 0) return { staged: [], unseen: [], doubtful: [] }
  const result = await sql<{
    objectGuid: string
    stored: boolean
    merged: boolean
    changed: boolean
    moved: boolean
  }>`
    with incoming as (
      select * from jsonb_to_recordset(${recordset(combined(changes))}::jsonb)
        as r (guid uuid, dn text, parent uuid, sid text, state text, attributes jsonb)
    ), stored as (
      select s.object_guid, s.deleted and i.state <> 'restored' as doubtful, i.state = 'restored' as restored,
        s.dn as old_dn, k.*, i.state = 'restored' or (s.dn, s.parent_guid, s.deleted, s.attributes, s.object_sid)
          is distinct from (k.dn, k.parent, false, k.attributes, k.sid) as differs
      from staged_object s join incoming i on s.object_guid = i.guid
      cross join lateral (select coalesce(i.dn, s.dn) as dn, coalesce(i.parent, s.parent_guid) as parent,
        coalesce(i.sid, s.object_sid) as sid, merged_attributes(s.attributes, i.attributes) as attributes) k
      where s.connector = ${page.connector} order by s.object_guid for update of s
    ), updated as (
      update staged_object s set dn = k.dn, parent_guid = k.parent, object_sid = k.sid, attributes = k.attributes,
        deleted = false, generation = ${page.generation}, delta_at = coalesce(${newsAt(page)}, s.delta_at),
        revision = s.revision + k.differs::int,
        -- Its delete may have been missed; what referred to it was lost then all the same.
        deleted_revision = case when k.restored then s.revision + 1 else s.deleted_revision end,
        staged_at = case when k.differs then now() else s.staged_at end
      from stored k where s.connector = ${page.connector} and s.object_guid = k.object_guid
        and not k.doubtful and (k.differs or s.generation <> ${page.generation} or ${page.marksNews})
    )
    select i.guid as "objectGuid", k.object_guid is not null as stored, k.doubtful is false as merged,
      coalesce(k.differs and not k.doubtful, false) as changed, k.old_dn is distinct from k.dn as moved
    from incoming i left join stored k on k.object_guid = i.guid`.execute(trx)
  return {
    staged: result.rows.filter(row => row.changed),
    unseen: result.rows.filter(row => !row.stored).map(row => row.objectGuid),
    doubtful: result.rows.filter(row => row.stored && !row.merged).map(row => row.objectGuid)
  }
}

/**
 * Tombstones. The last known attributes stay, for the journal and for a restore's comparison. The links
 * go: the directory does not report the groups of a deleted member (MS-ADTS 3.1.1.3.4.1.3 reports objects
 * whose own attributes changed), and a restored object may come back without them.
 *
 * What a delta import has told of an object since a full import began to read stands: it may live again.
 */
export async function markDeleted(
  trx: DatabaseTransaction,
  page: StagingPage & { readonly readSince?: string },
  guids: readonly ObjectGuid[]
): Promise<ObjectGuid[]> {
  if (guids.length === 0) return []
  if (page.marksNews) await rememberDeleted(trx, page, guids)
  const result = await sql<{ objectGuid: string }>`
    update staged_object set deleted = true, generation = ${page.generation}, revision = revision + 1,
      deleted_revision = revision + 1, staged_at = now()
    where connector = ${page.connector} and object_guid = any(${guids}) and not deleted
      and coalesce(delta_at < ${page.readSince ?? 'infinity'}::timestamptz, true)
    returning object_guid as "objectGuid"`.execute(trx)
  const gone = result.rows.map(row => row.objectGuid)
  await dropLinksOf(trx, page.connector, gone)
  return gone
}

/** The references from and to objects that are gone, as far as this directory told them. */
export async function dropLinksOf(
  trx: DatabaseTransaction,
  connector: string,
  gone: readonly ObjectGuid[]
): Promise<void> {
  if (gone.length === 0) return
  await markScopeOfMembers(trx, connector, sql`source_guid = any(${gone})`)
  await sql`delete from staged_link where connector = ${connector}
    and (source_guid = any(${gone}) or target_guid = any(${gone}))`.execute(trx)
}

/** Which of the objects are known and alive. */
export async function livingAmong(
  trx: DatabaseTransaction,
  connector: string,
  guids: readonly ObjectGuid[]
): Promise<ObjectGuid[]> {
  if (guids.length === 0) return []
  const { rows } = await sql<{ objectGuid: string }>`
    select object_guid as "objectGuid" from staged_object
    where connector = ${connector} and object_guid = any(${guids}) and not deleted`.execute(trx)
  return rows.map(row => row.objectGuid)
}

/** Proves that objects still exist, without a word of what they are. */
export async function keepObjects(
  trx: DatabaseTransaction,
  page: StagingPage,
  guids: readonly ObjectGuid[]
): Promise<void> {
  if (guids.length === 0) return
  await sql`update staged_object set generation = ${page.generation}
    where connector = ${page.connector} and object_guid = any(${guids})`.execute(trx)
  await sql`update staged_link set generation = ${page.generation}
    where connector = ${page.connector} and source_guid = any(${guids})`.execute(trx)
}

/** A full import under way may have read these while they lived: also those that are not known yet must stay deleted. */
async function rememberDeleted(
  trx: DatabaseTransaction,
  page: StagingPage,
  guids: readonly ObjectGuid[]
): Promise<void> {
  await sql`
    insert into staged_object (connector, object_guid, dn, object_class, deleted, attributes, generation,
      revision, synchronised_revision, delta_at)
    select ${page.connector}, guid, '', 'unknown', true, '{}', ${page.generation}, 1, 1, clock_timestamp()
    from unnest(${guids}::uuid[]) as guid order by guid
    on conflict (object_guid, connector) do update set delta_at = clock_timestamp()`.execute(trx)
}

function recordset(changes: readonly DirectoryChange[]): string {
  return JSON.stringify(
    changes.map(change => ({
      guid: change.objectGuid,
      dn: change.dn,
      parent: change.parentGuid,
      class: change.objectClass,
      sid: change.objectSid,
      state: change.state,
      attributes: change.attributes
    }))
  )
}

/** One object may be reported in several pieces; later pieces win attribute by attribute. */
function combined(changes: readonly DirectoryChange[]): DirectoryChange[] {
  const byGuid = new Map<ObjectGuid, DirectoryChange>()
  for (const change of changes) {
    const earlier = byGuid.get(change.objectGuid)
    byGuid.set(
      change.objectGuid,
      earlier === undefined
        ? change
        : {
            ...earlier,
            ...change,
            state: earlier.state === 'restored' && change.state === 'present' ? 'restored' : change.state,
            attributes: { ...earlier.attributes, ...change.attributes }
          }
    )
  }
  return [...byGuid.values()]
}

/** In a complete report an attribute without values is one that the object does not have. */
function withoutCleared(change: DirectoryChange): DirectoryChange {
  const cleared = Object.values(change.attributes).some(values => values.length === 0)
  if (!cleared) return change
  return {
    ...change,
    attributes: Object.fromEntries(
      Object.entries(change.attributes).filter(([, values]) => values.length > 0)
    )
  }
}
