import type { Drift, DriftAction, DriftKind } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { type RoundState, readRounds } from './rounds.ts'

export interface DriftFilter {
  readonly limit: number
  /** The `next` of an earlier page. */
  readonly after?: number
  readonly kind?: DriftKind
  readonly action?: DriftAction
}

export interface DriftSummary {
  readonly rounds: readonly RoundState[]
  /** What is open, by what is done about it. */
  readonly open: Readonly<Record<DriftAction, number>>
  /** Objects and references of which something else was told, and that were not looked at yet. */
  readonly suspects: number
  /** Put back within the last 24 hours. */
  readonly putBack: number
}

/** What is open, oldest first. */
export async function listDrift(
  database: Database,
  { limit, after = 0, kind, action }: DriftFilter
): Promise<{ items: Drift[]; next?: number }> {
  const found = await rows(
    selectDrift(sql`d.ended_at is null and d.id > ${after}
      and (${kind ?? null}::text is null or d.kind = ${kind ?? null})
      and (${action ?? null}::text is null or d.action = ${action ?? null})
      order by d.id limit ${limit + 1}`),
    database
  )
  const items = found.slice(0, limit).map(asDrift)
  const last = found.length > limit ? items.at(-1) : undefined
  return { items, ...(last !== undefined && { next: last.id }) }
}

export async function readDrift(database: Database, id: number): Promise<Drift | undefined> {
  const [row] = await rows(selectDrift(sql`d.ended_at is null and d.id = ${id}`), database)
  return row === undefined ? undefined : asDrift(row)
}

export async function summariseDrift(database: Database): Promise<DriftSummary> {
  const open = await rows(
    sql<{ action: DriftAction; count: number }>`
      select action, count(*) as count from drift where ended_at is null group by action`,
    database
  )
  const [counts] = await rows(
    sql<{ suspects: number; putBack: number }>`
      select (select count(*) from drift_suspect) + (select count(*) from drift_reference_suspect) as suspects,
        (select count(*) from drift where action = 'put-back' and seen_at > now() - interval '1 day') as "putBack"`,
    database
  )
  return {
    rounds: await readRounds(database),
    open: {
      'put-back': 0,
      reported: 0,
      held: 0,
      contested: 0,
      accepted: 0,
      ...Object.fromEntries(open.map(({ action, count }) => [action, count]))
    },
    suspects: counts?.suspects ?? 0,
    putBack: counts?.putBack ?? 0
  }
}

type DriftRow = Omit<Drift, 'since' | 'seenAt'> & { readonly since: Date; readonly seenAt: Date }

function selectDrift(condition: RawBuilder<unknown>): RawBuilder<DriftRow> {
  return sql<DriftRow>`
    select d.id, d.kind, d.action, d.entry_id as "entryId", o.object_type as "objectType", s.entra_id as "entraId",
      o.desired ->> 'displayName' as "displayName",
      (select c.object_guid from staged_object c where c.entry_id = d.entry_id
        order by c.joined_by nulls first, c.object_guid limit 1) as "objectGuid",
      d.attribute, d.target_entra_id as "targetEntraId", d.target_entry as "targetEntryId", d.expected, d.found,
      d.since, d.seen_at as "seenAt", d.decided_by as "decidedBy"
    from drift d join export_object o using (entry_id) join export_state s using (entry_id) where ${condition}`
}

function asDrift(row: DriftRow): Drift {
  return { ...row, since: new Date(row.since).toISOString(), seenAt: new Date(row.seenAt).toISOString() }
}
