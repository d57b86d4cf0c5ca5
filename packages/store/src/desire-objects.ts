import { isDeepStrictEqual } from 'node:util'
import type { AttributeRecord, ObjectType } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DesiredBefore } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'

export type ExportDecision = { readonly entryId: string; readonly before: DesiredBefore | null } & (
  | { readonly present: false }
  | {
      readonly present: true
      readonly objectType: Exclude<ObjectType, 'contact'>
      readonly sourceAnchor: string
      readonly attributes: AttributeRecord
    }
)

export interface Desired {
  /** Entries whose desired state differs from before. */
  readonly changed: readonly string[]
  /** Those that should now exist in the tenant, and should not before. */
  readonly appeared: readonly string[]
  readonly disappeared: readonly string[]
}

/** Writes what the tenant should have. Only a difference raises `desired_revision`. */
export async function desireObjects(
  trx: DatabaseTransaction,
  decisions: readonly ExportDecision[]
): Promise<Desired> {
  const changed = decisions.filter(isNews)
  const gone = changed.filter(decision => !decision.present).map(decision => decision.entryId)
  const wanted = changed.filter(decision => decision.present)
  await deprovision(trx, gone)
  await provision(trx, wanted)
  return {
    changed: changed.map(decision => decision.entryId),
    appeared: wanted.filter(decision => decision.before?.present !== true).map(decision => decision.entryId),
    disappeared: gone
  }
}

function isNews(decision: ExportDecision): boolean {
  const { before } = decision
  if (!decision.present) return before?.present === true
  return before?.present !== true || !isDeepStrictEqual(before.attributes, decision.attributes)
}

async function deprovision(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await sql`
    update export_object set desired_present = false, desired_revision = desired_revision + 1, desired_at = now()
    where entry_id = any(${entryIds})`.execute(trx)
}

async function provision(
  trx: DatabaseTransaction,
  decisions: readonly (ExportDecision & { readonly present: true })[]
): Promise<void> {
  if (decisions.length === 0) return
  const records = decisions.map(({ entryId, objectType, sourceAnchor, attributes }) => ({
    id: entryId,
    type: objectType,
    anchor: sourceAnchor,
    attributes
  }))
  await sql`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        as r (id uuid, type text, anchor text, attributes jsonb)
    ), upserted as (
      insert into export_object (entry_id, object_type, source_anchor, desired_present, desired)
      select id, type, anchor, true, attributes from wanted order by id
      on conflict (entry_id) do update set desired_present = true, desired = excluded.desired,
        desired_revision = export_object.desired_revision + 1, desired_at = now()
    )
    insert into export_state (entry_id) select id from wanted on conflict do nothing`.execute(trx)
}
