import type { AttributeRecord, EntraState } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'

/**
 * What is put back is not written here. `export_state` is what the tenant has: so what was seen goes there, and the
 * exporter writes what is different from it, as always. The caller holds the locks of the rows.
 */
export async function takeAsExported(
  trx: DatabaseTransaction,
  seen: readonly { readonly entryId: string; readonly attributes: AttributeRecord }[]
): Promise<void> {
  if (seen.length === 0) return
  const records = sql`jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) as r ("entryId" uuid, attributes jsonb)`
  await sql`
    update export_state s set exported = s.exported || r.attributes from ${records} where s.entry_id = r."entryId"`.execute(
    trx
  )
  await reopen(
    trx,
    seen.map(({ entryId }) => entryId)
  )
}

/** Objects that are not where they were: the exporter restores, creates or deletes them. */
export async function takeAsState(
  trx: DatabaseTransaction,
  seen: readonly { readonly entryId: string; readonly state: EntraState }[]
): Promise<void> {
  if (seen.length === 0) return
  const records = sql`jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) as r ("entryId" uuid, state text)`
  await sql`
    update export_state s set entra_state = r.state, deleted_at = null from ${records} where s.entry_id = r."entryId"`.execute(
    trx
  )
  // All of their references are written again with them.
  await sql`
    with ours as (
      select s.entry_id, s.entra_id from export_state s join ${records} on s.entry_id = r."entryId" where r.state <> 'present'
    )
    delete from drift_reference_suspect d using ours
    where not d.present and (d.source_entry = ours.entry_id or d.target_entra_id = ours.entra_id)`.execute(
    trx
  )
  await reopen(
    trx,
    seen.map(({ entryId }) => entryId)
  )
}

interface Reference {
  readonly source: string
  readonly attribute: string
  readonly targetEntry: string
  /** Whether the tenant has it. */
  readonly present: boolean
}

/** References that the tenant has lost are not exported; those that it has gained are, and nobody wants them. */
export async function takeAsReferences(trx: DatabaseTransaction, seen: readonly Reference[]): Promise<void> {
  if (seen.length === 0) return
  const records = sql`jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
    as r (source uuid, attribute text, "targetEntry" uuid, present boolean)`
  await sql`
    update export_link l set exported = false, refused = false, problem = null, problem_since = null from ${records}
    where not r.present and l.source_entry = r.source and l.attribute = r.attribute
      and l.target_entry = r."targetEntry"`.execute(trx)
  await sql`
    insert into export_link (source_entry, attribute, target_entry, desired, exported)
    select source, attribute, "targetEntry", false, true from ${records} where present
    order by source, attribute, "targetEntry"
    on conflict (source_entry, attribute, target_entry)
      do update set exported = true, removal = null, refused = false, problem = null, problem_since = null`.execute(
    trx
  )
}

/** A refusal of something else does not keep it from being written, nor does a delete that waits for its day. */
async function reopen(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<void> {
  await sql`
    update export_object set exported_revision = 0, refused_revision = 0,
      postponed_revision = case when desired_present then postponed_revision else 0 end where entry_id = any(${entryIds})`.execute(
    trx
  )
}
