import type { AttributeRecord } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, type DatabaseTransaction, lookUpByKey, transact } from '../database.ts'
import { heldDelete, isUnwritten, lastingLinks, presenceChange } from './conditions.ts'
import type { ExportReference, PendingExportFilter, PendingExportRow } from './pending-exports.ts'

type ObjectRow = Omit<PendingExportRow, 'references' | 'desired'> & {
  readonly desired: AttributeRecord | null
  readonly fits: boolean
}

const first = '00000000-0000-0000-0000-000000000000'
/** So many ends of an object's references are named. */
const mostNamed = 5
/** A page does not count all references of a group of 250,000. */
const mostCounted = 5_000

/** The next objects in the order of their entry ids, however many objects there are. */
export async function readCandidates(
  database: Database,
  filter: PendingExportFilter,
  { atOnce, after = first, references }: { atOnce: number; after?: string; references: boolean }
): Promise<{ rows: PendingExportRow[]; next?: string }> {
  const { looked, links } = await transact(database, async trx => {
    await lookUpByKey(trx)
    const found = await readObjects(trx, filter, { after, atOnce, references })
    const fitting = found.filter(({ fits }) => fits)
    return { looked: found, links: references ? await readReferences(trx, fitting) : new Map() }
  })
  const last = looked.length < atOnce ? undefined : looked.at(-1)
  return {
    rows: looked
      .filter(({ fits }) => fits)
      .map(({ fits: _fits, ...row }) => ({
        ...row,
        desired: row.desired ?? {},
        references: links.get(row.entryId) ?? []
      })),
    ...(last !== undefined && { next: last.entryId })
  }
}

/**
 * The ids come from three indexes, each read from where the last page ended: objects, and the sources of references that
 * are pending or refused. Of the references one is read for each source, not all.
 */
async function readObjects(
  trx: DatabaseTransaction,
  { presence, objectType }: PendingExportFilter,
  { after, atOnce, references }: { after: string; atOnce: number; references: boolean }
): Promise<ObjectRow[]> {
  const sources = references
    ? sql`union (select id from pending_source where id is not null limit ${atOnce})
        union (select id from refused_source where id is not null limit ${atOnce})`
    : sql``
  const { rows } = await sql<ObjectRow>`
      with recursive ${sourcesWhere('pending_source', sql`l.desired <> l.exported and not l.refused`, after)},
      ${sourcesWhere('refused_source', sql`l.problem is not null`, after)},
      candidate as (
        select id from (
          (select o.entry_id as id from export_object o where ${isUnwritten} and o.entry_id > ${after}
           order by o.entry_id limit ${atOnce})
          ${sources}
        ) every order by id limit ${atOnce}
      )
      select o.*, p.connector, p.object_guid as "objectGuid", p.dn, differing.desired, differing.exported
      from candidate c
      cross join lateral (
        select o.entry_id as "entryId", o.object_type as "objectType", o.source_anchor as "sourceAnchor",
          o.desired_present as "desiredPresent", ${isUnwritten} as pending, s.entra_id as "entraId",
          s.entra_state as "entraState", s.problem as refusal, ${heldDelete} as held, ${fits(presence, objectType)} as fits
        from export_object o join export_state s using (entry_id) where o.entry_id = c.id offset 0
      ) o
      left join lateral (
        select connector, object_guid, dn from staged_object where entry_id = c.id and o.fits
        order by joined_by is not null, connector limit 1
      ) p on true
      left join lateral (
        select jsonb_object_agg(d.key, d.value) as desired,
          jsonb_object_agg(d.key, s.exported -> d.key) filter (where s.exported ? d.key) as exported
        from export_object w join export_state s using (entry_id) cross join jsonb_each(w.desired) d
        where w.entry_id = c.id and o.fits
          and (s.entra_state <> 'present' or s.exported is null or d.value is distinct from s.exported -> d.key)
      ) differing on true
      order by c.id`.execute(trx)
  return rows
}

function fits(
  presence: PendingExportFilter['presence'],
  objectType: PendingExportFilter['objectType']
): RawBuilder<unknown> {
  return sql`(${presence ?? null}::text is null or coalesce(${presenceChange} = ${presence ?? null}, false))
    and (${objectType ?? null}::text is null or o.object_type = ${objectType ?? null})`
}

/** Each source once, from one look into an index to the next: a group of 250,000 costs no more than one of two. */
function sourcesWhere(name: string, condition: RawBuilder<unknown>, after: string): RawBuilder<unknown> {
  return sql`${sql.ref(name)} (id) as (
      (select l.source_entry from export_link l where ${condition} and l.source_entry > ${after}::uuid
       order by l.source_entry limit 1)
      union all
      select (select l.source_entry from export_link l where ${condition} and l.source_entry > before.id
              order by l.source_entry limit 1)
      from ${sql.ref(name)} before where before.id is not null
    )`
}

async function readReferences(
  trx: DatabaseTransaction,
  objects: readonly ObjectRow[]
): Promise<Map<string, ExportReference[]>> {
  const { rows } = await sql<ExportReference & { source: string }>`
      select p.source_entry as source, p.attribute, case when p.desired then 'add' else 'remove' end as operation,
        count(*) as count, bool_or(p."isMore") as "isMore", (array_agg(p.problem) filter (where p.problem is not null))[1] as problem,
        array_agg(coalesce(m.attributes ->> 'displayName', m.source_anchor) order by p.turn)
          filter (where p.turn <= ${mostNamed}) as examples
      from (
        select l.*, row_number() over (partition by l.source_entry, l.attribute, l.desired order by l.target_entry) as turn,
          max(l.place) over (partition by l.source_entry) > ${mostCounted} as "isMore"
        from unnest(${objects.map(({ entryId }) => entryId)}::uuid[]) as object (id)
        cross join lateral (
          select l.*, row_number() over () as place from ${lastingLinks}
          where l.source_entry = object.id and l.desired <> l.exported limit ${mostCounted + 1}
        ) l
      ) p
      left join metaverse_entry m on m.id = p.target_entry and p.turn <= ${mostNamed}
      group by p.source_entry, p.attribute, p.desired
      order by p.source_entry, p.attribute, p.desired desc`.execute(trx)
  const bySource = Map.groupBy(rows, ({ source }) => source)
  return new Map(
    [...bySource].map(([source, links]) => [source, links.map(({ source: _source, ...link }) => link)])
  )
}
