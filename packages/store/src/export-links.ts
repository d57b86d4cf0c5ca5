import type { PendingLink, WriteOutcome } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows, transact } from './database.ts'
import { exportIsPending, linkIsPending, readyLinks } from './export-conditions.ts'
import { holdExportMode, type ModeReader } from './export-mode.ts'
import { type ExportResult, throttledForMs } from './export-objects.ts'
import type { GateSettings } from './gate/gate-settings.ts'
import { noteRemovals } from './gate/note-removals.ts'
import { type PassedRemoval, passRemovals } from './gate/pass-removals.ts'
import { nextRetrySeconds, retrySecondsOf } from './reopen-refused.ts'

export interface ExportLinksInput {
  readonly sourceEntryIds: readonly string[]
  /** How many references one claim takes at the most; the rest stays pending. */
  readonly limit: number
  /** Which members groups lose without a person. All other references go on whether they do or not. */
  readonly gate: GateSettings
  readonly runId?: string
  /** As for objects. */
  readonly retrySeconds?: number
  readonly write: (links: readonly PendingLink[]) => Promise<ReadonlyMap<string, WriteOutcome>>
  /** The key under which `write` reports a link. */
  readonly keyOf: (link: PendingLink) => string
}

interface Settled {
  readonly link: PendingLink
  readonly outcome: WriteOutcome | undefined
}

/**
 * Claims the references of some objects, has them written and confirms them. The lock is the one on the
 * source's `export_state`: the references of one object are written by one exporter at a time. In staging mode nothing
 * is claimed.
 */
export async function exportLinks(
  database: Database,
  input: ExportLinksInput,
  mode: ModeReader
): Promise<Omit<ExportResult, 'appeared'>> {
  const removals = await passRemovals(database, input.sourceEntryIds, {
    limit: input.limit,
    settings: input.gate
  })
  return transact(database, async trx => {
    const staging = (await holdExportMode(trx, mode)) === 'staging'
    const claimed = staging ? [] : await lockSources(trx, input.sourceEntryIds)
    const links = claimed.length === 0 ? [] : await linksOf(trx, claimed, { limit: input.limit, removals })
    if (links.length === 0)
      return { claimed, written: 0, refused: 0, reopened: [], later: [], throttledForMs: 0 }
    const outcomes = await input.write(links.filter(link => !isReplacedManager(link, links)))
    const settled = links.map(link => ({ link, outcome: outcomeOf(link, links, outcomes, input.keyOf) }))
    await confirm(trx, settled, input)
    await noteRemovals(trx, removedWithoutApproval(settled, removals))
    const reopened = await doubtMissing(trx, settled)
    const later = settled.filter(({ outcome }) => outcome === undefined || outcome.result === 'later')
    return {
      claimed,
      written: settled.filter(({ outcome }) => outcome?.result === 'written').length,
      refused: settled.filter(({ outcome }) => outcome?.result === 'refused').length,
      reopened,
      later: [...new Set(later.map(({ link }) => link.sourceEntryId))],
      throttledForMs: throttledForMs(outcomes.values())
    }
  })
}

/**
 * Graph does not say which end of a reference is missing. A new object may not be known everywhere yet; after a
 * minute one of the two was deleted in the tenant. Both are written anew then, and the missing one is created again.
 * @returns those that are to be written anew
 */
async function doubtMissing(trx: DatabaseTransaction, settled: readonly Settled[]): Promise<string[]> {
  const ends = settled.flatMap(({ link, outcome }) =>
    outcome?.result === 'later' && outcome.cause === 'missing' ? [link.sourceEntryId, link.targetEntryId] : []
  )
  if (ends.length === 0) return []
  const doubted = await sql<{ id: string }>`
    with doubted as (
      select entry_id from export_state
      where entry_id = any(${ends}) and exported is not null and exported_at < now() - interval '1 minute'
      for update skip locked
    ), state as (
      update export_state s set exported = null from doubted d where s.entry_id = d.entry_id
    )
    update export_object o set exported_revision = 0 from doubted d where o.entry_id = d.entry_id
    returning o.entry_id as id`.execute(trx)
  return doubted.rows.map(({ id }) => id)
}

async function lockSources(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<string[]> {
  const locked = await sql<{ id: string }>`
    select entry_id as id from export_state
    where entry_id = any(${entryIds}) and entra_state = 'present'
    order by entry_id for update skip locked`.execute(trx)
  return locked.rows.map(row => row.id)
}

/** Groups that have lost members, once for each of these. */
function removedWithoutApproval(settled: readonly Settled[], removals: readonly PassedRemoval[]): string[] {
  if (removals.length === 0) return []
  const approved = new Set(removals.flatMap(each => (each.approved ? [`${each.source} ${each.target}`] : [])))
  return settled.flatMap(({ link, outcome }) =>
    link.attribute === 'member' &&
    link.operation === 'remove' &&
    outcome?.result === 'written' &&
    !approved.has(`${link.sourceEntryId} ${link.targetEntryId}`)
      ? [link.sourceEntryId]
      : []
  )
}

/** Of members to be removed only those that have passed the gate, as they were then. */
async function linksOf(
  trx: DatabaseTransaction,
  sources: readonly string[],
  { limit, removals }: { readonly limit: number; readonly removals: readonly PassedRemoval[] }
): Promise<PendingLink[]> {
  const result = await sql<PendingLink>`
    select l.attribute, case when l.desired then 'add' else 'remove' end as operation,
      l.source_entry as "sourceEntryId", s.entra_id as "sourceEntraId",
      l.target_entry as "targetEntryId", t.entra_id as "targetEntraId", target.object_type as "targetType"
    from ${readyLinks}
    left join jsonb_to_recordset(${JSON.stringify(removals)}::jsonb) as r (source uuid, target uuid, removal bigint)
      on l.attribute = 'member' and r.source = l.source_entry and r.target = l.target_entry and r.removal = l.removal
    where l.source_entry = any(${sources}) and ${linkIsPending}
      and (l.desired or l.attribute <> 'member' or r.source is not null)
    order by l.source_entry, l.desired
    limit ${limit}`.execute(trx)
  return result.rows
}

/**
 * A user has one manager, and setting it replaces the old one. Sending the old one's removal as well could
 * remove the new one, since Graph's removal names no manager.
 */
function isReplacedManager(link: PendingLink, links: readonly PendingLink[]): boolean {
  return link.attribute === 'manager' && link.operation === 'remove' && replacement(link, links) !== undefined
}

function replacement(link: PendingLink, links: readonly PendingLink[]): PendingLink | undefined {
  return links.find(
    other =>
      other.attribute === 'manager' && other.operation === 'add' && other.sourceEntryId === link.sourceEntryId
  )
}

function outcomeOf(
  link: PendingLink,
  links: readonly PendingLink[],
  outcomes: ReadonlyMap<string, WriteOutcome>,
  keyOf: (link: PendingLink) => string
): WriteOutcome | undefined {
  const decisive = isReplacedManager(link, links) ? (replacement(link, links) ?? link) : link
  return outcomes.get(keyOf(decisive))
}

async function confirm(
  trx: DatabaseTransaction,
  settled: readonly Settled[],
  { runId, retrySeconds }: Pick<ExportLinksInput, 'runId' | 'retrySeconds'>
): Promise<void> {
  const records = settled.flatMap(({ link, outcome }) => {
    if (outcome === undefined || outcome.result === 'later') return []
    const problem = outcome.result === 'refused' ? outcome.problem : null
    return [
      {
        source: link.sourceEntryId,
        attribute: link.attribute,
        target: link.targetEntryId,
        exported: link.operation === 'add',
        operation: `${link.operation}-link`,
        problem,
        retry: problem === null ? null : retrySecondsOf(problem, retrySeconds)
      }
    ]
  })
  if (records.length === 0) return
  const done = sql`jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
    as d (source uuid, attribute text, target uuid, exported boolean, operation text, problem jsonb, retry integer)`
  // By key alone: synchronisation may be changing the row, and what is confirmed holds whatever it decides.
  await sql`
    update export_link s set
      exported = case when d.problem is null then d.exported else s.exported end,
      refused = d.problem is not null, problem = d.problem,
      problem_since = case when d.problem is not null then coalesce(s.problem_since, now()) end,
      refused_at = case when d.problem is not null then now() end,
      retry_seconds = ${nextRetrySeconds},
      retry_at = clock_timestamp() + make_interval(secs => ${nextRetrySeconds})
    from ${done}
    where s.source_entry = d.source and s.attribute = d.attribute and s.target_entry = d.target`.execute(trx)
  if (records.some(record => !record.exported)) {
    await sql`
      delete from export_link l using ${done}
      where l.source_entry = d.source and l.attribute = d.attribute and l.target_entry = d.target
        and not l.desired and not l.exported and l.problem is null`.execute(trx)
  }
  await sql`
    insert into journal (entry_id, run_id, step, detail)
    select d.source, ${runId ?? null}::uuid, 'exported', jsonb_strip_nulls(jsonb_build_object(
      'operation', d.operation, 'attribute', d.attribute, 'target', d.target, 'problem', d.problem))
    from ${done}`.execute(trx)
}

/**
 * Of the objects that have just appeared in the tenant, and of those that refer to them: the ones whose
 * references can be written now. An object that still waits for other targets to be created is left out;
 * the last of these brings it. So a group of 5,000 is filled with full requests, not member by member.
 */
export async function linkSourcesReady(database: Database, appeared: readonly string[]): Promise<string[]> {
  if (appeared.length === 0) return []
  const result = await rows(
    sql<{ id: string }>`
      with candidate as (
        select unnest(${appeared}::uuid[]) as id
        union
        select l.source_entry from export_link l where l.target_entry = any(${appeared}) and ${linkIsPending}
      )
      select c.id from candidate c
      where exists (select from ${readyLinks} where l.source_entry = c.id and ${linkIsPending})
      and not exists (
        select from export_link l
        join export_state t on t.entry_id = l.target_entry and t.entra_state <> 'present'
        join export_object o on o.entry_id = l.target_entry
        where l.source_entry = c.id and l.desired and not l.exported and not l.refused
          and o.desired_present and ${exportIsPending})`,
    database
  )
  return result.map(row => row.id)
}
