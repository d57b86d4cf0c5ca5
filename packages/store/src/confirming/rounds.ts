import type { ConfirmedType } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows, transact } from '../database.ts'

/** One reading of what the tenant tells of a type of object. */
export interface ConfirmingRound {
  readonly objectType: ConfirmedType
  /** Where to go on; undefined: with everything. */
  readonly link: string | undefined
  /** Whether the round tells of everything. */
  readonly full: boolean
  /** What the round tells changes of. */
  readonly attributes: readonly string[]
  /** When it began: whoever reads for one that has begun anew meanwhile comes too late. */
  readonly begunAt: string
}

export interface RoundState {
  readonly objectType: ConfirmedType
  readonly full: boolean
  readonly running: boolean
  /** ISO 8601, as the others. */
  readonly begunAt: string
  /** Objects that the round has told of so far, whoever made them. */
  readonly told: number
  readonly completedAt: string | null
  readonly fullCompletedAt: string | null
}

/** The reference that is followed with each type of object, as it is called here. */
export const referenceOf: Readonly<Record<ConfirmedType, 'manager' | 'member'>> = {
  user: 'manager',
  group: 'member'
}

interface RoundRow {
  readonly link: string | null
  readonly complete: boolean
  readonly full: boolean
  readonly attributes: readonly string[]
  readonly unknown: readonly string[]
  readonly begunAt: string
}

/**
 * The round that goes on, or a new one: of the changes since the last, or of everything the first time, after
 * `resync`, and when an attribute is written that was not before, since a link tells of the attributes that it was
 * made for. Undefined while the tenant has nothing of ours.
 */
export function beginRound(
  database: Database,
  objectType: ConfirmedType
): Promise<ConfirmingRound | undefined> {
  return transact(database, async trx => {
    const row = await lockRound(trx, objectType)
    if (row.link !== null && !row.complete) return roundOf(objectType, row)
    if (row.link !== null && !(await hasNewAttributes(trx, objectType, row.attributes))) {
      return roundOf(objectType, await beginAgain(trx, objectType, { ...row, full: false }))
    }
    const attributes = await writtenAttributes(trx, objectType)
    if (attributes.length === 0) return undefined
    await forgetSeen(trx, objectType)
    return roundOf(
      objectType,
      await beginAgain(trx, objectType, { link: null, full: true, attributes, unknown: [] })
    )
  })
}

/** The tenant does not go on from the link: the next round tells of everything. */
export async function resyncRound(database: Database, objectType: ConfirmedType): Promise<void> {
  await rows(
    sql`update confirming_round set link = null, complete = false where object_type = ${objectType}`,
    database
  )
}

/** False: another process has read this page before us, and goes on. */
export async function advanceRound(
  trx: DatabaseTransaction,
  { objectType, link, begunAt }: Pick<ConfirmingRound, 'objectType' | 'link' | 'begunAt'>,
  page: {
    readonly to: string
    readonly complete: boolean
    readonly told: number
    readonly unknown: readonly string[]
  }
): Promise<boolean> {
  const moved = await sql`
    update confirming_round set link = ${page.to}, complete = ${page.complete}, told = told + ${page.told},
      unknown = array(select distinct unnest(unknown || ${[...page.unknown]}::text[])),
      completed_at = case when ${page.complete} then now() else completed_at end,
      full_completed_at = case when ${page.complete} and is_full then now() else full_completed_at end
    where object_type = ${objectType} and not complete and link is not distinct from ${link ?? null}
      and begun_at::text = ${begunAt}
    returning 1`.execute(trx)
  return moved.rows.length === 1
}

/** What a full round has seen is of no use after it. */
export async function forgetSeen(trx: DatabaseTransaction, objectType: ConfirmedType): Promise<void> {
  await sql`
    delete from confirming_seen c using export_object o
    where o.entry_id = c.entry_id and o.object_type = ${objectType}`.execute(trx)
  await sql`delete from confirming_seen_reference where attribute = ${referenceOf[objectType]}`.execute(trx)
}

export async function readRounds(database: Database): Promise<RoundState[]> {
  const found = await rows(
    sql<Record<'begunAt' | 'completedAt' | 'fullCompletedAt', Date | null> & RoundState>`
      select object_type as "objectType", is_full as full, not complete as running, begun_at as "begunAt", told,
        completed_at as "completedAt", full_completed_at as "fullCompletedAt"
      from confirming_round where attributes <> '{}' order by object_type`,
    database
  )
  return found.map(row => ({
    ...row,
    begunAt: new Date(row.begunAt).toISOString(),
    completedAt: textOf(row.completedAt),
    fullCompletedAt: textOf(row.fullCompletedAt)
  }))
}

function textOf(time: Date | string | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}

async function lockRound(trx: DatabaseTransaction, objectType: ConfirmedType): Promise<RoundRow> {
  await sql`
    insert into confirming_round (object_type, attributes) values (${objectType}, '{}')
    on conflict do nothing`.execute(trx)
  const { rows: found } = await sql<RoundRow>`
    select link, complete, is_full as full, attributes, unknown, begun_at::text as "begunAt" from confirming_round
    where object_type = ${objectType} for update`.execute(trx)
  const [row] = found
  if (row === undefined) throw new Error(`the round of ${objectType}s is gone`)
  return row
}

async function beginAgain(
  trx: DatabaseTransaction,
  objectType: ConfirmedType,
  row: Omit<RoundRow, 'complete' | 'begunAt'>
): Promise<Omit<RoundRow, 'complete'>> {
  const { rows: begun } = await sql<{ begunAt: string }>`
    update confirming_round set link = ${row.link}, complete = false, is_full = ${row.full}, told = 0,
      attributes = ${[...row.attributes]}, unknown = ${[...row.unknown]}, begun_at = clock_timestamp(),
      begun_journal = coalesce((select max(id) from journal), 0)
    where object_type = ${objectType} returning begun_at::text as "begunAt"`.execute(trx)
  return { ...row, begunAt: begun[0]?.begunAt ?? '' }
}

function roundOf(
  objectType: ConfirmedType,
  { link, full, attributes, unknown, begunAt }: Omit<RoundRow, 'complete'>
): ConfirmingRound {
  const asked = attributes.filter(name => !unknown.includes(name))
  return { objectType, link: link ?? undefined, full, attributes: asked, begunAt }
}

async function writtenAttributes(trx: DatabaseTransaction, objectType: ConfirmedType): Promise<string[]> {
  const { rows: found } = await sql<{ name: string }>`
    select distinct name from export_state s join export_object o using (entry_id)
    cross join lateral jsonb_object_keys(s.exported) as name
    where o.object_type = ${objectType} and jsonb_typeof(s.exported) = 'object' order by name`.execute(trx)
  return found.map(({ name }) => name)
}

/** Whether any was written since the last round began. An exporter may commit some minutes after it has written. */
async function hasNewAttributes(
  trx: DatabaseTransaction,
  objectType: ConfirmedType,
  known: readonly string[]
): Promise<boolean> {
  const { rows: found } = await sql`
    select from export_state s join export_object o using (entry_id)
    where o.object_type = ${objectType}
      and case when jsonb_typeof(s.exported) = 'object' then s.exported - ${[...known]}::text[] <> '{}' end
      and s.exported_at > (select begun_at from confirming_round where object_type = ${objectType}) - interval '10 minutes'
    limit 1`.execute(trx)
  return found.length > 0
}
