import type { Finding, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { type RefreshInput, refresher } from './refresh.ts'

/** One finding and whose it is. */
export interface FoundFinding {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly objectClass: string
  readonly finding: Finding
  readonly since: Date
}

export interface FindingFilter {
  readonly code?: string
  readonly attribute?: string
  readonly connector?: string
  readonly severity?: Finding['severity']
  readonly objectGuid?: ObjectGuid
}

export interface ReadinessCount {
  readonly code: string
  readonly attribute: string
  readonly severity: Finding['severity']
  readonly findings: number
  readonly fixable: number
}

export interface Readiness {
  counts(): Promise<ReadinessCount[]>
  /** Objects that were looked at. */
  objects(): Promise<number>
  /** `after` is the `next` of an earlier page. All findings of one object are on one page. */
  findings(
    filter: FindingFilter,
    page: { limit: number; after?: string }
  ): Promise<{ items: FoundFinding[]; next?: string }>
  /**
   * Looks at the next objects again, when the facts are others than those that the findings were worked out with: other
   * domains of the tenant, other objects in it, other checks.
   *
   * @returns false: there is nothing left to look at.
   */
  refresh(input: RefreshInput): Promise<boolean>
}

export function readiness(database: Database): Readiness {
  return {
    counts: () =>
      rows(
        sql<ReadinessCount>`
          select f ->> 'code' as code, f ->> 'attribute' as attribute, f ->> 'severity' as severity, count(*) as findings,
            count(*) filter (where f -> 'fix' is not null) as fixable
          from readiness, jsonb_array_elements(findings) as f group by 1, 2, 3 order by 3, 4 desc, 1, 2`,
        database
      ),

    async objects() {
      const [row] = await rows(
        sql<{ count: number }>`select count(*) from staged_object
          where not deleted and out_of_scope is null and object_class in ('user', 'inetOrgPerson', 'group', 'contact')`,
        database
      )
      return row?.count ?? 0
    },

    async findings(filter, { limit, after }) {
      const [afterGuid, afterConnector = ''] = after?.split('|') ?? []
      const wanted = sql`
        (${filter.code ?? null}::text is null or f.finding ->> 'code' = ${filter.code ?? null})
        and (${filter.attribute ?? null}::text is null or lower(f.finding ->> 'attribute') = lower(${filter.attribute ?? null}))
        and (${filter.severity ?? null}::text is null or f.finding ->> 'severity' = ${filter.severity ?? null})`
      const found = await rows(
        sql<FoundFinding>`
          with page as (
            select r.connector, r.object_guid, r.findings, r.since from readiness r
            where (${after ?? null}::text is null or (r.object_guid, r.connector) > (${afterGuid ?? null}::uuid, ${afterConnector}))
              and (${filter.connector ?? null}::text is null or r.connector = ${filter.connector ?? null})
              and (${filter.objectGuid ?? null}::uuid is null or r.object_guid = ${filter.objectGuid ?? null})
              and exists (select from jsonb_array_elements(r.findings) as f (finding) where ${wanted})
            order by r.object_guid, r.connector limit ${limit + 1}
          )
          select p.connector, p.object_guid as "objectGuid", s.dn, s.object_class as "objectClass", f.finding, p.since
          from page p
          join staged_object s on s.object_guid = p.object_guid and s.connector = p.connector
          cross join lateral jsonb_array_elements(p.findings) with ordinality as f (finding, position)
          where ${wanted} order by p.object_guid, p.connector, f.position`,
        database
      )
      return firstObjects(found, limit)
    },

    refresh: refresher(database)
  }
}

/** One object more than asked for was read, to know whether there is one. */
function firstObjects(
  found: readonly FoundFinding[],
  limit: number
): { items: FoundFinding[]; next?: string } {
  const nameOf = ({ objectGuid, connector }: FoundFinding) => `${objectGuid}|${connector}`
  const names = [...new Set(found.map(nameOf))]
  if (names.length <= limit) return { items: [...found] }
  const kept = new Set(names.slice(0, limit))
  const next = names[limit - 1]
  return {
    items: found.filter(item => kept.has(nameOf(item))),
    ...(next !== undefined && { next })
  }
}
