import type { AttributeValue, DriftAction, DriftKind } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import { takeAsExported, takeAsReferences, takeAsState } from './put-back.ts'

/**
 * - `done`: the entry has something to export now, or nothing more is said of the drift.
 * - `unknown`: there is no such drift, or it has ended.
 * - `not-ours`: it cannot be put back.
 * - `busy`: the object is just being written.
 */
export type DriftDecision =
  | { readonly result: 'done'; readonly entryId: string }
  | { readonly result: 'unknown' | 'not-ours' | 'busy' }

interface OpenDrift {
  readonly entryId: string
  readonly kind: DriftKind
  readonly action: DriftAction
  readonly attribute: string | null
  readonly targetEntry: string | null
  readonly found: AttributeValue
}

/** Somebody wants it put back, whatever the policy and however often that was done before. */
export function putBackDrift(database: Database, id: number, by: string): Promise<DriftDecision> {
  return transact(database, async trx => {
    const drift = await openDrift(trx, id)
    if (drift === undefined) return { result: 'unknown' }
    if (!isOurs(drift)) return { result: 'not-ours' }
    if (!(await holdEntry(trx, drift.entryId))) return { result: 'busy' }
    await takeBack(trx, drift)
    await sql`
      update drift set counts = false where entry_id = ${drift.entryId} and kind = ${drift.kind}
        and attribute is not distinct from ${drift.attribute}
        and target_entry is not distinct from ${drift.targetEntry}::uuid`.execute(trx)
    await decide(trx, id, { action: 'put-back', by })
    return { result: 'done', entryId: drift.entryId }
  })
}

/** Somebody lets it be until it changes again. */
export function acceptDrift(database: Database, id: number, by: string): Promise<DriftDecision> {
  return transact(database, async trx => {
    const drift = await openDrift(trx, id)
    if (drift === undefined) return { result: 'unknown' }
    if (drift.action === 'put-back') return { result: 'busy' }
    await decide(trx, id, { action: 'accepted', by })
    return { result: 'done', entryId: drift.entryId }
  })
}

async function openDrift(trx: DatabaseTransaction, id: number): Promise<OpenDrift | undefined> {
  const { rows } = await sql<OpenDrift>`
    select entry_id as "entryId", kind, action, attribute, target_entry as "targetEntry", found
    from drift where id = ${id} and ended_at is null for update`.execute(trx)
  return rows[0]
}

function isOurs({ kind, attribute, targetEntry }: OpenDrift): boolean {
  if (kind === 'reference-added' || kind === 'reference-removed') return targetEntry !== null
  return attribute !== 'onPremisesImmutableId' && attribute !== 'uniqueName'
}

async function holdEntry(trx: DatabaseTransaction, entryId: string): Promise<boolean> {
  const { rows } = await sql`
    select from export_state where entry_id = ${entryId} for update skip locked`.execute(trx)
  return rows.length === 1
}

async function takeBack(
  trx: DatabaseTransaction,
  { entryId, kind, attribute, targetEntry, found }: OpenDrift
): Promise<void> {
  if (kind === 'attribute' && attribute !== null)
    return takeAsExported(trx, [{ entryId, attributes: { [attribute]: found } }])
  if (kind === 'vanished')
    return takeAsState(trx, [{ entryId, state: found === 'deleted' ? 'deleted' : 'absent' }])
  if (kind === 'returned') return takeAsState(trx, [{ entryId, state: 'present' }])
  if (attribute === null || targetEntry === null) return
  await takeAsReferences(trx, [
    { source: entryId, attribute, targetEntry, present: kind === 'reference-added' }
  ])
}

async function decide(
  trx: DatabaseTransaction,
  id: number,
  { action, by }: { action: DriftAction; by: string }
): Promise<void> {
  await sql`
    with decided as (
      update drift set action = ${action}, decided_by = ${by} where id = ${id} returning *
    )
    insert into journal (entry_id, step, detail)
    select entry_id, 'drift', jsonb_strip_nulls(jsonb_build_object('kind', kind, 'action', action,
      'attribute', attribute, 'target', target_entry, 'targetEntraId', target_entra_id, 'by', decided_by))
    from decided`.execute(trx)
}
