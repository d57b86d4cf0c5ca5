import type { ObjectGuid, Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import type { Decided } from './decide-entries.ts'
import { storedKeys } from './joins.ts'
import type { Placement } from './place-objects.ts'
import type { Synchronised } from './wake-joins.ts'

interface Marking {
  readonly connector: string
  readonly runId?: string
  readonly refused: Placement['refused']
}

/**
 * Writes to each object's row what synchronisation has made of it. What has parted from an entry and is for the tenant
 * keeps news: it is placed anew.
 */
export async function markSynchronised(
  trx: DatabaseTransaction,
  decided: readonly Decided[],
  { connector, runId, refused }: Marking
): Promise<readonly Synchronised[]> {
  const done = decided.map(({ object, judgement, parted }) => ({
    guid: object.objectGuid,
    revision: object.revision,
    again: parted && judgement.outcome === 'in-scope',
    entry: parted ? null : object.entryId,
    joined: parted || object.entryId === null ? null : object.joinedBy,
    keys: judgement.outcome === 'in-scope' ? keysOrNull(storedKeys(judgement)) : [],
    judged: judgement.outcome !== 'failed',
    leftOutBy: judgement.outcome === 'out-of-scope' ? judgement.reason.code : null,
    problem: object.entryId !== null && !parted ? null : withoutEntry(object.objectGuid, judgement, refused)
  }))
  const { rows } = await sql<{ guid: string; entry: string | null; keys: string[] | null }>`
    with done as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(done)}::jsonb)
        as r (guid uuid, revision bigint, again boolean, entry uuid, joined text, keys text[], judged boolean, "leftOutBy" text, problem jsonb)
    ), before as materialized (
      select s.* from done d cross join lateral (select object_guid as guid, entry_id as entry, join_keys as keys
        from staged_object where object_guid = d.guid and connector = ${connector} offset 0) s
    ), marked as (
      update staged_object s set synchronised_revision = d.revision, revision = s.revision + d.again::integer,
        entry_id = d.entry, joined_by = d.joined, join_keys = case when d.judged then d.keys else s.join_keys end, problem = nullif(d.problem, 'null')
      from done d where s.connector = ${connector} and s.object_guid = d.guid
    ), told as (
      insert into journal (connector, object_guid, entry_id, run_id, step, detail)
      select ${connector}, guid, entry, ${runId ?? null}::uuid, 'synchronised',
        jsonb_strip_nulls(jsonb_build_object('revision', revision, 'joinedBy', joined, 'leftOutBy', "leftOutBy"))
      from done
    )
    select guid, entry, keys from before`.execute(trx)
  const before = new Map(rows.map(row => [row.guid, row]))
  return done.map(({ guid, entry, keys, judged }, index) => {
    const { entry: entryBefore = null, keys: keysBefore = null } = before.get(guid) ?? {}
    const item = decided[index]
    const wasOut = item?.object.returned === true || keysBefore?.length === 0
    return {
      objectGuid: guid,
      objectSid: item?.object.objectSid,
      keysBefore: keysBefore ?? [],
      keys: judged ? (keys ?? []) : (keysBefore ?? []),
      turned: entryBefore !== entry || (wasOut && item?.judgement.outcome === 'in-scope')
    }
  })
}

/** Null says: in scope, and without a key. */
function keysOrNull(keys: readonly string[]): readonly string[] | null {
  return keys.length === 0 ? null : keys
}

/** Why an object that the rules let through, or could not judge, has no place in the metaverse. */
function withoutEntry(
  objectGuid: ObjectGuid,
  judgement: Decided['judgement'],
  refused: Placement['refused']
): Problem | null {
  if (judgement.outcome === 'failed') return judgement.problem
  return judgement.outcome === 'out-of-scope' ? null : (refused.get(objectGuid) ?? null)
}
