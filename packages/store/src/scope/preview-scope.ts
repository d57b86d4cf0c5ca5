import type { ConnectorScope, ObjectGuid, ScopePart } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, orMapped } from '../database.ts'
import { missingAttributes, readScope } from './read-scope.ts'
import { verdictTables } from './verdicts.ts'

/** Living objects by what they are. */
interface ClassCounts {
  readonly users: number
  readonly groups: number
  readonly contacts: number
}

export interface ScopeCounts {
  readonly inScope: ClassCounts
  readonly outOfScope: ClassCounts
  /** Out of scope until now. */
  readonly entering: ClassCounts
  /** In scope until now. */
  readonly leaving: ClassCounts
}

interface ScopeSample {
  readonly objectGuid: ObjectGuid
  readonly dn: string
  /** Which part keeps it out: of what leaves, the new scope's; of what enters, that of the scope until now. */
  readonly part: ScopePart
}

export interface ScopePreview extends ScopeCounts {
  readonly samples: { readonly entering: readonly ScopeSample[]; readonly leaving: readonly ScopeSample[] }
  /** Objects that leave and that the tenant has, or is to have: they are to be deleted there. */
  readonly exportsAffected: number
  /** Attributes of conditions that were never imported. Until a full import has read them, objects stay on their side. */
  readonly missingAttributes: readonly string[]
}

const samplesAtMost = 20

/**
 * What applying a scope would do, from one state of the connector space. Nothing is kept, and nobody waits for it.
 *
 * @returns `undefined` when there is no such connector.
 */
export async function previewScope(
  database: Database,
  connector: string,
  wanted: ConnectorScope | null
): Promise<ScopePreview | undefined> {
  const scope = wanted ?? {}
  const transaction = database
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async trx => {
      const state = await readScope(trx, connector)
      if (state === undefined) return undefined
      const { importedAttributes, askedAttributes } = state
      const { rows } = await sql<Omit<ScopePreview, 'missingAttributes'>>`
        with recursive ${verdictTables({
          connector,
          scope,
          importedAttributes,
          askedAttributes,
          which: sql`not s.deleted`,
          many: true,
          noneIsNew: true
        })}
        select ${countsOfVerdicts},
          jsonb_build_object('entering', ${samplesOf(true)}, 'leaving', ${samplesOf(false)}) as samples,
          (select count(*) from verdict v join export_object o on o.entry_id = v.entry_id
           where v.crosses and v.part is not null and o.desired_present) as "exportsAffected"
        from verdict where scoped`.execute(trx)
      const [found] = rows
      if (found === undefined) throw new Error('the database returned no row for a count')
      return { ...found, missingAttributes: missingAttributes(scope, importedAttributes) }
    })
  return orMapped(transaction)
}

const countOf = (which: ReturnType<typeof sql>) => sql`jsonb_build_object(
  'users', count(*) filter (where object_class in ('user', 'inetOrgPerson') and ${which}),
  'groups', count(*) filter (where object_class = 'group' and ${which}),
  'contacts', count(*) filter (where object_class = 'contact' and ${which}))`

/** Columns for a `select … from verdict where scoped`. */
export const countsOfVerdicts = sql`
  ${countOf(sql`part is null`)} as "inScope", ${countOf(sql`part is not null`)} as "outOfScope",
  ${countOf(sql`crosses and part is null`)} as entering, ${countOf(sql`crosses and part is not null`)} as leaving`

const samplesOf = (entering: boolean) => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('objectGuid', object_guid, 'dn', dn, 'part', coalesce(part, was))
    order by dn, object_guid), '[]')
  from (select object_guid, dn, part, was from verdict where crosses and (part is null) = ${entering}::boolean
        order by dn, object_guid limit ${samplesAtMost}) sample)`
