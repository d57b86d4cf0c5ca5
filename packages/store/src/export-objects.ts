import {
  type AttributeRecord,
  conflictCodes,
  type PendingExport,
  type WriteOperation,
  type WriteOutcome
} from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from './database.ts'
import { doubtConflicts } from './doubt-conflicts.ts'
import { exportIsPending } from './export-conditions.ts'
import { holdExportMode, type ModeReader } from './export-mode.ts'
import type { GateSettings } from './gate/gate-settings.ts'
import { type PassedDelete, passDeletes } from './gate/pass-deletes.ts'
import { nextRetrySeconds, retrySecondsOf } from './reopen-refused.ts'

export interface ExportObjectsInput {
  readonly entryIds: readonly string[]
  /** Which deletes pass without a person. Everything else goes on whether they do or not. */
  readonly gate: GateSettings
  readonly runId?: string
  /** Until what is refused is tried again for the first time, where its state says soon; an hour when it is missing. */
  readonly retrySeconds?: number
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
  /**
   * Others that are pending again: refused ones, because a value that they may wait for was just given up, and those
   * that are written anew, because a reference shows that the tenant may not have them any more.
   */
  readonly reopened: readonly string[]
  /** Entries that were put off; they stay pending. */
  readonly later: readonly string[]
  /** How long the tenant asks everybody to wait; 0: it does not. */
  readonly throttledForMs: number
}

/**
 * Claims pending exports, has them written, and confirms exactly the revision that was read. The claim is
 * the row lock on `export_state`: an exporter that dies releases it with its connection. In staging mode nothing is claimed.
 */
export async function exportObjects(
  database: Database,
  input: ExportObjectsInput,
  mode: ModeReader
): Promise<ExportResult> {
  const deletes = await passDeletes(database, input.entryIds, input.gate)
  return transact(database, async trx => {
    const staging = (await holdExportMode(trx, mode)) === 'staging'
    const pending = staging ? [] : await claim(trx, input.entryIds, deletes)
    if (pending.length === 0)
      return { claimed: [], written: 0, refused: 0, appeared: [], reopened: [], later: [], throttledForMs: 0 }
    const outcomes = await doubtConflicts(trx, pending, await input.write(pending))
    await confirm(trx, pending, outcomes, input)
    return { ...summarise(pending, outcomes), reopened: await reopenConflicts(trx, pending, outcomes) }
  })
}

/** Of deletes only those that have passed the gate, as they were then. */
async function claim(
  trx: DatabaseTransaction,
  entryIds: readonly string[],
  deletes: readonly PassedDelete[]
): Promise<PendingExport[]> {
  const result = await sql<ClaimedRow>`
    select o.entry_id as "entryId", o.object_type as "objectType", o.source_anchor as "sourceAnchor",
      o.desired_present as "desiredPresent", o.desired, o.desired_revision as "desiredRevision",
      o.exported_revision as "exportedRevision", s.exported, s.entra_id as "entraId", s.entra_state as "entraState", s.since,
      s.exported_at as "writtenAt",
      not o.desired_present and d.step is not distinct from 'disable' as "disableOnly"
    from export_state s join export_object o on o.entry_id = s.entry_id
    left join jsonb_to_recordset(${JSON.stringify(deletes)}::jsonb) as d (id uuid, revision bigint, step text)
      on d.id = o.entry_id and d.revision = o.desired_revision
    where s.entry_id = any(${entryIds})
      and ${exportIsPending}
      and (o.desired_present or s.entra_state = 'deleted' or d.id is not null)
    order by s.entry_id
    for update of s skip locked`.execute(trx)
  return result.rows.map(({ writtenAt, ...row }) => ({
    ...row,
    exported: row.exported ?? undefined,
    entraId: row.entraId ?? undefined,
    since: row.since.toISOString(),
    ...(writtenAt !== null && { writtenAt: writtenAt.toISOString() })
  }))
}

interface ClaimedRow extends Omit<PendingExport, 'exported' | 'entraId' | 'since' | 'writtenAt'> {
  readonly exported: AttributeRecord | null
  readonly entraId: string | null
  readonly since: Date
  readonly writtenAt: Date | null
}

async function confirm(
  trx: DatabaseTransaction,
  pending: readonly PendingExport[],
  outcomes: ReadonlyMap<string, WriteOutcome>,
  { runId, retrySeconds }: Pick<ExportObjectsInput, 'runId' | 'retrySeconds'>
): Promise<void> {
  const records = pending.flatMap((object): object[] => {
    const outcome = outcomes.get(object.entryId)
    if (outcome === undefined || outcome.result === 'later') return []
    const base = { id: object.entryId, revision: object.desiredRevision, present: object.desiredPresent }
    if (outcome.result === 'written') return [{ ...base, refused: false, ...writtenPart(object, outcome) }]
    return [
      {
        ...base,
        refused: true,
        problem: outcome.problem,
        retry: retrySecondsOf(outcome.problem, retrySeconds),
        applied: outcome.applied ?? {},
        entraId: outcome.created ?? null,
        operation: outcome.created === undefined ? 'refused' : 'create'
      }
    ]
  })
  if (records.length === 0) return
  await writeConfirmations(trx, JSON.stringify(records), runId)
  await forgetReferences(trx, outcomes)
}

/** What the tenant has now: all that is desired, or, of a delete whose day has not come, a disabled account. */
function writtenPart(object: PendingExport, outcome: WriteOutcome & { readonly result: 'written' }): object {
  const { operation, match } = outcome
  const entraId = outcome.entraId ?? object.entraId ?? null
  if (object.disableOnly !== true || operation === 'delete') {
    const { applied: desired = object.desired, remains = false } = outcome
    return { remains, desired, entraId, operation, match }
  }
  const applied = object.objectType === 'user' ? { accountEnabled: false } : {}
  return { postponed: true, applied, entraId, operation }
}

async function writeConfirmations(trx: DatabaseTransaction, records: string, runId: string | undefined) {
  await sql`
    with done as (
      select * from jsonb_to_recordset(${records}::jsonb) as r (id uuid, revision bigint, present boolean,
        refused boolean, postponed boolean, remains boolean, problem jsonb, retry integer, applied jsonb, desired jsonb, "entraId" uuid, operation text, match jsonb)
    ), state as (
      update export_state s set
        exported = case when d.operation = 'create' and d.refused then d.applied
          when d.refused or d.postponed then s.exported || d.applied else d.desired end,
        entra_id = case when d.refused then coalesce(d."entraId", s.entra_id) else d."entraId" end,
        entra_state = case when d.postponed or d.refused and d."entraId" is null then s.entra_state when d.present then 'present'
          when d."entraId" is null then 'absent' else 'deleted' end,
        exported_at = case when d.refused then s.exported_at else clock_timestamp() end,
        deleted_at = case when d.operation = 'delete' then now()
          when not d.refused and d.present then null else s.deleted_at end,
        problem = d.problem,
        problem_since = case when d.refused then coalesce(s.problem_since, now()) end,
        refused_at = case when d.refused then now() end,
        retry_seconds = ${nextRetrySeconds},
        retry_at = clock_timestamp() + make_interval(secs => ${nextRetrySeconds})
      from done d where s.entry_id = d.id
    ), object as (
      update export_object o set
        exported_revision = case when d.refused or d.postponed or d.remains then o.exported_revision else d.revision end,
        postponed_revision = case when d.postponed then d.revision else o.postponed_revision end,
        postponed_at = case when d.postponed then now() else o.postponed_at end,
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
): Promise<string[]> {
  const released = pending.flatMap(({ entryId, exported, desired, desiredPresent, disableOnly }) => {
    if (outcomes.get(entryId)?.result !== 'written' || exported === undefined || disableOnly === true)
      return []
    return ['userPrincipalName', 'mail'].flatMap(name => {
      const value = exported[name]
      const kept = desiredPresent && desired[name] === value
      return typeof value === 'string' && !kept ? [value.toLowerCase()] : []
    })
  })
  if (released.length === 0) return []
  const reopened = await sql<{ id: string }>`
    update export_object o set refused_revision = 0 from export_state s
    where s.entry_id = o.entry_id and s.problem ->> 'code' = any(${conflictCodes})
      and (lower(o.desired ->> 'userPrincipalName') = any(${released}) or lower(o.desired ->> 'mail') = any(${released}))
    returning o.entry_id as id`.execute(trx)
  return reopened.rows.map(({ id }) => id)
}

function summarise(
  pending: readonly PendingExport[],
  outcomes: ReadonlyMap<string, WriteOutcome>
): Omit<ExportResult, 'reopened'> {
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
