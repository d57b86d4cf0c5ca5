import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'

interface PageKey {
  readonly connector: string
  readonly generation: number
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
  page: PageKey,
  changes: readonly DirectoryChange[]
): Promise<StagedRow[]> {
  if (changes.length === 0) return []
  const newest = new Map(changes.map(change => [change.objectGuid, change]))
  const result = await sql<StagedRow>`
    with incoming as (
      select guid, coalesce(dn, '') as dn, parent, coalesce(class, 'unknown') as class,
        merged_attributes('{}', attributes) as attributes
      from jsonb_to_recordset(${recordset([...newest.values()])}::jsonb)
        as r (guid uuid, dn text, parent uuid, class text, attributes jsonb)
    ), before as (
      select s.object_guid, s.dn from staged_object s join incoming i on s.object_guid = i.guid
      where s.connector = ${page.connector}
    ), upserted as (
      insert into staged_object (connector, object_guid, dn, parent_guid, object_class, attributes, generation)
      select ${page.connector}, guid, dn, parent, class, attributes, ${page.generation} from incoming order by guid
      on conflict (object_guid, connector) do update set
        dn = excluded.dn, parent_guid = excluded.parent_guid, object_class = excluded.object_class,
        attributes = excluded.attributes, deleted = false, generation = excluded.generation,
        revision = staged_object.revision + ${differs}::int,
        staged_at = case when ${differs} then now() else staged_object.staged_at end
      returning object_guid, dn, staged_at = now() as changed
    )
    select u.object_guid as "objectGuid", b.dn is not null and b.dn <> u.dn as moved
    from upserted u left join before b using (object_guid) where u.changed`.execute(trx)
  return result.rows
}

const differs = sql`(
  (staged_object.dn, staged_object.parent_guid, staged_object.object_class, staged_object.deleted, staged_object.attributes)
  is distinct from (excluded.dn, excluded.parent_guid, excluded.object_class, false, excluded.attributes))`

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
  page: PageKey,
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
        as r (guid uuid, dn text, parent uuid, state text, attributes jsonb)
    ), stored as (
      select s.object_guid, s.deleted and i.state <> 'restored' as doubtful, s.dn as old_dn, k.*,
        (s.dn, s.parent_guid, s.deleted, s.attributes) is distinct from (k.dn, k.parent, false, k.attributes) as differs
      from staged_object s join incoming i on s.object_guid = i.guid
      cross join lateral (select coalesce(i.dn, s.dn) as dn, coalesce(i.parent, s.parent_guid) as parent,
        merged_attributes(s.attributes, i.attributes) as attributes) k
      where s.connector = ${page.connector} order by s.object_guid for update of s
    ), updated as (
      update staged_object s set dn = k.dn, parent_guid = k.parent, attributes = k.attributes, deleted = false,
        generation = ${page.generation}, revision = s.revision + k.differs::int,
        staged_at = case when k.differs then now() else s.staged_at end
      from stored k where s.connector = ${page.connector} and s.object_guid = k.object_guid
        and not k.doubtful and (k.differs or s.generation <> ${page.generation})
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
 */
export async function markDeleted(
  trx: DatabaseTransaction,
  page: PageKey,
  guids: readonly ObjectGuid[]
): Promise<ObjectGuid[]> {
  if (guids.length === 0) return []
  const result = await sql<{ objectGuid: string }>`
    update staged_object set deleted = true, generation = ${page.generation}, revision = revision + 1,
      deleted_revision = revision + 1, staged_at = now()
    where connector = ${page.connector} and object_guid = any(${guids}) and not deleted
    returning object_guid as "objectGuid"`.execute(trx)
  const gone = result.rows.map(row => row.objectGuid)
  if (gone.length > 0) {
    await sql`delete from staged_link where connector = ${page.connector}
      and (source_guid = any(${gone}) or target_guid = any(${gone}))`.execute(trx)
  }
  return gone
}

function recordset(changes: readonly DirectoryChange[]): string {
  return JSON.stringify(
    changes.map(change => ({
      guid: change.objectGuid,
      dn: change.dn,
      parent: change.parentGuid,
      class: change.objectClass,
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
        : { ...earlier, ...change, attributes: { ...earlier.attributes, ...change.attributes } }
    )
  }
  return [...byGuid.values()]
}
