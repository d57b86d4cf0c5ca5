import type { Problem, TenantReference } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { nameOurs, type OurObject } from './our-objects.ts'
import { type Reopening, reopenNow } from './reopen-refused.ts'

/** One reason of several why an object did not arrive, or not wholly. */
interface QuarantineProblem extends Omit<Problem, 'conflictsWith'> {
  /** Where the rules have found it: whether it keeps the object back. */
  readonly severity?: 'error' | 'warning'
  /** ISO 8601. */
  readonly since: string
  /** ISO 8601: when the write is tried again by itself. Absent: not by time, or it is pending already. */
  readonly retriesAt?: string
  /** What stands in the way in the tenant, with the object of ours where it is one. */
  readonly conflictsWith?: readonly (TenantReference & Partial<OurObject>)[]
}

export interface QuarantinedObject {
  /** Absent: the object has no place in the metaverse. */
  readonly entryId?: string
  readonly connector: string
  readonly objectGuid: string
  readonly dn: string
  readonly objectType: string
  readonly problems: readonly QuarantineProblem[]
  /** ISO 8601. */
  readonly since: string
}

interface QuarantineFilter {
  /** Objects with a problem of this code. */
  readonly code?: string
  readonly connector?: string
}

/** What did not arrive, or not as it should be, and why. */
export interface Quarantine {
  /** `after` is the `next` of an earlier page. */
  list(
    input: QuarantineFilter & { limit: number; after?: string }
  ): Promise<{ items: QuarantinedObject[]; next?: string }>
  /** How many objects have a problem of each code, the most frequent one first. */
  summary(): Promise<{ code: string; objects: number }[]>
  /**
   * Opens what the tenant has refused, for a try now.
   * @returns the entries; none when nothing of that was refused
   */
  retry(which: Reopening): Promise<string[]>
  /** Whether an object of this objectGUID is in quarantine, for whatever reason. */
  has(objectGuid: string): Promise<boolean>
}

const withTimes = (problem: string, since: string, retriesAt = 'null') =>
  sql.raw(`${problem} || jsonb_build_object('since', ${since}, 'retriesAt', ${retriesAt})`)

/**
 * Living objects with problems, whoever found them: synchronisation, or the tenant that refused a write. And those that
 * are gone while the tenant refuses to let them go.
 */
export const quarantined = sql`(
  select c.connector, c.object_guid, c.dn, c.entry_id, coalesce(m.object_type, c.object_class) as object_type,
    coalesce((select jsonb_agg(${withTimes('p', 'coalesce(m.problems_since, c.staged_at)')})
              from jsonb_array_elements(m.problems) p), '[]')
      || case when c.problem is null then '[]'::jsonb
           else jsonb_build_array(${withTimes('c.problem', 'c.staged_at')}) end
      || case when s.problem is null then '[]'::jsonb
           else jsonb_build_array(${withTimes('s.problem', 's.problem_since', 's.retry_at')}) end
      || coalesce((select jsonb_agg(${withTimes('l.problem', 'l.since', 'l.retry_at')})
           from (select problem, min(problem_since) as since, min(retry_at) as retry_at from export_link
                 where source_entry = c.entry_id and problem is not null group by problem) l), '[]'::jsonb) as problems,
    coalesce(least(m.problems_since, s.problem_since), c.staged_at) as since
  from staged_object c
  left join metaverse_entry m on m.id = c.entry_id
  left join export_state s on s.entry_id = c.entry_id
  where (not c.deleted or s.problem is not null and not exists (
    select from staged_object other where other.entry_id = c.entry_id and not other.deleted))
    and m.object_type is distinct from 'contact' and (c.problem is not null or c.entry_id in (
    select id from metaverse_entry where problems <> '[]'
    union select entry_id from export_state where problem is not null
    union select source_entry from export_link where problem is not null)))`

export function quarantine(database: Database): Quarantine {
  return {
    async list({ limit, ...filter }) {
      const found = await page(database, { limit: limit + 1, ...filter })
      const shown = found.slice(0, limit)
      const ours = await nameOurs(database, shown.flatMap(conflictsOf))
      const items = shown.map(row => itemOf(row, ours))
      const last = found.length > limit ? items.at(-1) : undefined
      const next = last === undefined ? undefined : `${last.objectGuid}|${last.connector}`
      return { items, ...(next !== undefined && { next }) }
    },

    async summary() {
      const counts = await rows(
        sql<{ code: string; objects: string }>`
          select p ->> 'code' as code, count(distinct (q.connector, q.object_guid)) as objects
          from ${quarantined} q, jsonb_array_elements(q.problems) p group by 1 order by 2 desc, 1`,
        database
      )
      return counts.map(({ code, objects }) => ({ code, objects: Number(objects) }))
    },

    retry: which => reopenNow(database, which),

    async has(objectGuid) {
      const found = await rows(
        sql`select from ${quarantined} q where q.object_guid = ${objectGuid} limit 1`,
        database
      )
      return found.length > 0
    }
  }
}

interface Row {
  readonly entryId: string | null
  readonly connector: string
  readonly objectGuid: string
  readonly dn: string
  readonly objectType: string
  readonly problems: readonly (Problem & {
    readonly severity?: 'blocking' | 'warning'
    readonly since: string
    readonly retriesAt: string | null
  })[]
  readonly since: Date
}

function page(
  database: Database,
  { limit, after, code, connector }: QuarantineFilter & { limit: number; after?: string }
): Promise<Row[]> {
  const [afterGuid, afterConnector = ''] = after?.split('|') ?? []
  const withCode = code === undefined ? null : JSON.stringify([{ code }])
  return rows(
    sql<Row>`
      select q.entry_id as "entryId", q.connector, q.object_guid as "objectGuid", q.dn,
        q.object_type as "objectType", q.problems, q.since
      from ${quarantined} q
      where (${after ?? null}::text is null or (q.object_guid, q.connector) > (${afterGuid ?? null}::uuid, ${afterConnector}))
        and (${connector ?? null}::text is null or q.connector = ${connector ?? null})
        and (${withCode}::jsonb is null or q.problems @> ${withCode}::jsonb)
      order by q.object_guid, q.connector limit ${limit}`,
    database
  )
}

function conflictsOf({ problems }: Row): string[] {
  return problems.flatMap(({ conflictsWith = [] }) => conflictsWith.map(({ entraId }) => entraId))
}

function itemOf(row: Row, ours: ReadonlyMap<string, OurObject>): QuarantinedObject {
  const { entryId, since, problems, ...rest } = row
  return {
    ...(entryId !== null && { entryId }),
    ...rest,
    problems: problems.map(problem => problemOf(problem, ours)),
    since: new Date(since).toISOString()
  }
}

function problemOf(
  { severity, since, retriesAt, conflictsWith, ...problem }: Row['problems'][number],
  ours: ReadonlyMap<string, OurObject>
): QuarantineProblem {
  return {
    ...problem,
    ...(severity !== undefined && { severity: severity === 'blocking' ? 'error' : 'warning' }),
    since: new Date(since).toISOString(),
    ...(retriesAt !== null && { retriesAt: new Date(retriesAt).toISOString() }),
    ...(conflictsWith !== undefined && {
      conflictsWith: conflictsWith.map(other => ({ ...other, ...ours.get(other.entraId) }))
    })
  }
}
