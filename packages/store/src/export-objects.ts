import {
  conflictCodes,
  type PendingExport,
  type WriteOperation,
  type WriteOutcome
} from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from './database.ts'
import { deletesMayPass } from './delete-gate.ts'
import { exportIsPending } from './export-conditions.ts'

export interface ExportObjectsInput {
  readonly entryIds: readonly string[]
  /** The most deletes within an hour. Above it deletes wait for a person; everything else goes on. */
  readonly deleteThreshold: number
  readonly runId?: string
  /** Writes to the tenant. Called with row locks held, so it must end in bounded time. */
  readonly write: (pending: readonly PendingExport[]) => Promise<ReadonlyMap<string, WriteOutcome>>
}

export interface ExportResult {
  /** Entries whose lock was held: if they have become pending meanwhile, only the holder can know. */
  readonly claimed: readonly string[]
  readonly written: number
  readonly refused: number
  /** Entries that now exist in the tenant and did not before: references to them can be written. */
  readonly appeared: readonly string[]
  /** Entries that were put off; they stay pending. */
  readonly later: readonly string[]
  /** How long the tenant asks everybody to wait; 0: it does not. */
  readonly throttledForMs: number
}

/**
 * Claims pending exports, has them written, and confirms exactly the revision that was read. The claim is
 * the row lock on `export_state`: an exporter that dies releases it with its connection.
 */
export async function exportObjects(database: Database, input: ExportObjectsInput): Promise<ExportResult> {
  return transact(database, async trx => {
    const pending = await claim(trx, input)
    if (pending.length === 0)
      return { claimed: [], written: 0, refused: 0, appeared: [], later: [], throttledForMs: 0 }
    const outcomes = await input.write(pending)
    await confirm(trx, pending, outcomes, input.runId)
    return summarise(pending, outcomes)
  })
}

async function claim(trx: DatabaseTransaction, input: ExportObjectsInput): Promise<PendingExport[]> {
  const open = await deletesMayPass(trx, input.entryIds, input.deleteThreshold)
  const result = await sql<PendingExport & { exported: object | null; entraId: string | null; since: Date }>`
    select o.entry_id as "entryId", o.object_type as "objectType", o.source_anchor as "sourceAnchor",
      o.desired_present as "desiredPresent", o.desired, o.desired_revision as "desiredRevision",
      o.exported_revision as "exportedRevision", s.exported, s.entra_id as "entraId", s.entra_state as "entraState", s.since
    from export_state s join export_object o on o.entry_id = s.entry_id
    where s.entry_id = any(${input.entryIds})
      and ${exportIsPending}
      and (o.desired_present or s.entra_state = 'deleted' or ${open})
    order by s.entry_id
    for update of s skip locked`.execute(trx)
  return result.rows.map(row => ({
    ...row,
    exported: row.exported ?? undefined,
    entraId: row.entraId ?? undefined,
    since: row.since.toISOString()
  })) as PendingExport[]
}

async function confirm(
  trx: DatabaseTransaction,
  pending: readonly PendingExport[],
  outcomes: ReadonlyMap<string, WriteOutcome>,
  runId: string | undefined
): Promise<void> {
  const records = pending.flatMap((object): object[] => {
    const outcome = outcomes.get(object.entryId)
    if (outcome === undefined || outcome.result === 'later') return []
    const base = { id: object.entryId, revision: object.desiredRevision, present: object.desiredPresent }
    if (outcome.result === 'refused')
      return [
        {
          ...base,
          refused: true,
          problem: outcome.problem,
          applied: outcome.applied ?? {},
          entraId: outcome.created ?? null,
          operation: outcome.created === undefined ? 'refused' : 'create'
        }
      ]
    const entraId = outcome.entraId ?? object.entraId ?? null
    const { operation, match } = outcome
    return [{ ...base, refused: false, desired: object.desired, entraId, operation, match }]
  })
  if (records.length === 0) return
  await writeConfirmations(trx, JSON.stringify(records), runId)
  await forgetReferences(trx, outcomes)
  await reopenConflicts(trx, pending, outcomes)
}

async function writeConfirmations(trx: DatabaseTransaction, records: string, runId: string | undefined) {
  await sql`
    with done as (
      select * from jsonb_to_recordset(${records}::jsonb) as r (id uuid, revision bigint, present boolean,
        refused boolean, problem jsonb, applied jsonb, desired jsonb, "entraId" uuid, operation text, match jsonb)
    ), state as (
      update export_state s set
        exported = case when d.operation = 'create' and d.refused then d.applied
          when d.refused then s.exported || d.applied else d.desired end,
        entra_id = case when d.refused then coalesce(d."entraId", s.entra_id) else d."entraId" end,
        entra_state = case when d.refused and d."entraId" is null then s.entra_state when d.present then 'present'
          when d."entraId" is null then 'absent' else 'deleted' end,
        exported_at = case when d.refused then s.exported_at else now() end,
        deleted_at = case when d.operation = 'delete' then now()
          when not d.refused and d.present then null else s.deleted_at end,
        problem = d.problem,
        problem_since = case when d.refused then coalesce(s.problem_since, now()) end,
        refused_at = case when d.refused then now() end
      from done d where s.entry_id = d.id
    ), object as (
      update export_object o set
        exported_revision = case when d.refused then o.exported_revision else d.revision end,
        refused_revision = case when d.refused then d.revision else o.refused_revision end
      from done d where o.entry_id = d.id
    )
    insert into journal (entry_id, run_id, step, detail)
    select id, ${runId ?? null}::uuid, 'exported', jsonb_strip_nulls(jsonb_build_object(
      'operation', operation, 'revision', revision, 'problem', problem, 'match', match))
    from done where operation <> 'unchanged'`.execute(trx)
}

/**
 * An object that came back has references again, or has not. Those that it should have are written once more,
 * repeatably. Another object with its anchor (created anew, or adopted) has none, so nothing is left to remove.
 * By key alone, and judged in the assignment: synchronisation may be changing the rows.
 */
async function forgetReferences(
  trx: DatabaseTransaction,
  outcomes: ReadonlyMap<string, WriteOutcome>
): Promise<void> {
  const after = (...operations: WriteOperation[]) =>
    [...outcomes].flatMap(([id, outcome]) =>
      outcome.result === 'written' && operations.includes(outcome.operation) ? [id] : []
    )
  const restored = after('restore')
  const renewed = after('create', 'adopt')
  if (restored.length > 0) {
    await sql`
      update export_link set exported = exported and not desired
      where source_entry = any(${restored}) or target_entry = any(${restored})`.execute(trx)
  }
  if (renewed.length > 0) {
    await sql`
      update export_link set exported = false
      where (source_entry = any(${renewed}) or target_entry = any(${renewed})) and exported`.execute(trx)
  }
}

/** Values that are unique in the tenant. Whoever waits for one that was just given up may try again. */
async function reopenConflicts(
  trx: DatabaseTransaction,
  pending: readonly PendingExport[],
  outcomes: ReadonlyMap<string, WriteOutcome>
): Promise<void> {
  const released = pending.flatMap(({ entryId, exported, desired, desiredPresent }) => {
    if (outcomes.get(entryId)?.result !== 'written' || exported === undefined) return []
    return ['userPrincipalName', 'mail'].flatMap(name => {
      const value = exported[name]
      const kept = desiredPresent && desired[name] === value
      return typeof value === 'string' && !kept ? [value.toLowerCase()] : []
    })
  })
  if (released.length === 0) return
  await sql`
    update export_object o set refused_revision = 0 from export_state s
    where s.entry_id = o.entry_id and s.problem ->> 'code' = any(${conflictCodes})
      and (lower(o.desired ->> 'userPrincipalName') = any(${released}) or lower(o.desired ->> 'mail') = any(${released}))`.execute(
    trx
  )
}

function summarise(
  pending: readonly PendingExport[],
  outcomes: ReadonlyMap<string, WriteOutcome>
): ExportResult {
  const appeared: string[] = []
  const later: string[] = []
  let written = 0
  let refused = 0
  for (const { entryId, desiredPresent, entraState } of pending) {
    const outcome = outcomes.get(entryId)
    if (outcome === undefined || outcome.result === 'later') {
      later.push(entryId)
    } else if (outcome.result === 'refused') {
      refused += 1
      if (outcome.created !== undefined) appeared.push(entryId)
    } else {
      written += 1
      if (desiredPresent && entraState !== 'present') appeared.push(entryId)
    }
  }
  return {
    claimed: pending.map(object => object.entryId),
    written,
    refused,
    appeared,
    later,
    throttledForMs: throttledForMs(outcomes.values())
  }
}

/** The longest pause that the tenant asks for. */
export function throttledForMs(outcomes: Iterable<WriteOutcome>): number {
  let longestMs = 0
  for (const outcome of outcomes) {
    if (outcome.result === 'later' && outcome.cause === 'throttled')
      longestMs = Math.max(longestMs, outcome.retryAfterMs)
  }
  return longestMs
}
