import { type RawBuilder, sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows } from '../database.ts'
import { deleteIsDue, deleteStep, holdOfDelete, isCurrent } from './conditions.ts'
import { fewestDeletesToJudge, type GateSettings } from './gate-settings.ts'

export type DeletedType = 'user' | 'group'

/** What was exceeded. */
export type Exceeded = 'count' | 'share'

export interface DeleteVerdict {
  /**
   * - `open`: deletes pass.
   * - `undecided`: they would pass, but more are coming that synchronisation has not seen yet: they wait for those.
   * - `closed`: they are held for a person.
   */
  readonly outcome: 'open' | 'undecided' | 'closed'
  /** With `closed`. */
  readonly exceeded?: Exceeded
}

interface Counts {
  /**
   * Objects that are to be deleted. Those that were never confirmed in the tenant are among them: their creation may have
   * been carried out, and then they are found and deleted.
   */
  readonly waiting: number
  /** Others that will be, and that synchronisation has not seen yet. */
  readonly coming: number
  /** Written within the last hour, without those that a person has approved. */
  readonly recent: number
}

/**
 * Whether deletes of objects of this type pass. What waits and what was written within the last hour count together, so
 * that a slow trickle is one wave; and while something is held, what comes after it is held too. Deletions that are
 * staged and not synchronised yet count, and objects that have left the scope: an import commits a wave in one
 * transaction, and the first delete of it must see the last.
 */
export async function deleteVerdict(
  database: Database | DatabaseTransaction,
  type: DeletedType,
  settings: GateSettings
): Promise<DeleteVerdict> {
  const held = await exceededBefore(database, type)
  if (held !== undefined) return { outcome: 'closed', exceeded: held }
  const { waiting, coming, recent } = await countDeletes(database, type, settings)
  const judge = judgeOf(database, type, settings)
  const exceeded = waiting === 0 ? undefined : await judge(waiting + recent, recent)
  if (exceeded !== undefined) return { outcome: 'closed', exceeded }
  const later = coming === 0 ? undefined : await judge(waiting + coming + recent, recent)
  return { outcome: later === undefined ? 'open' : 'undecided' }
}

/** Reads how many objects there are only when it matters. */
function judgeOf(database: Database | DatabaseTransaction, type: DeletedType, settings: GateSettings) {
  const { count, percent } = settings.deletes
  return async (deletes: number, recent: number): Promise<Exceeded | undefined> => {
    if (deletes > count) return 'count'
    if (percent >= 100 || deletes <= fewestDeletesToJudge) return undefined
    const all = recent + (await objectsOf(database, type))
    return deletes * 100 > all * percent ? 'share' : undefined
  }
}

async function exceededBefore(
  database: Database | DatabaseTransaction,
  type: DeletedType
): Promise<Exceeded | undefined> {
  const [held] = await rows(
    sql<{ threshold: Exceeded }>`
      select h.threshold from hold h where h.state = 'held' and h.kind = ${`delete-${type}`} and ${isCurrent} limit 1`,
    database
  )
  return held?.threshold
}

async function objectsOf(database: Database | DatabaseTransaction, type: DeletedType): Promise<number> {
  const [row] = await rows(
    sql<{ objects: number }>`
      select count(*) as objects from export_object o join export_state s using (entry_id)
      where o.object_type = ${type} and (o.desired_present or s.entra_state = 'present')`,
    database
  )
  return row?.objects ?? 0
}

async function countDeletes(
  database: Database | DatabaseTransaction,
  type: DeletedType,
  settings: GateSettings
): Promise<Counts> {
  const [counts] = await rows(
    sql<Counts>`
      select
        (select count(*) from export_object o join export_state s using (entry_id) ${holdOfDelete}
         where o.object_type = ${type} and ${deleteIsDue(settings)} and coalesce(h.state, 'held') = 'held') as waiting,
        (select count(*) from staged_object c join export_object o using (entry_id) join export_state s using (entry_id)
         where (c.deleted or c.out_of_scope is not null) and c.joined_by is null and c.revision > c.synchronised_revision
           and o.object_type = ${type} and o.desired_present and s.entra_state <> 'deleted') as coming,
        ${recentOf(type, settings)} as recent`,
    database
  )
  return counts ?? { waiting: 0, coming: 0, recent: 0 }
}

/** A delete that was postponed counts when its account is disabled, and again when its day has come. */
function recentOf(type: DeletedType, settings: GateSettings): RawBuilder<number> {
  const notApproved = (revision: RawBuilder<unknown>) => sql`not exists (select from hold h
    where h.entry_id = o.entry_id and h.target_entry is null and h.state = 'approved' and h.revision = ${revision})`
  return sql`(
    select count(*) from export_state s join export_object o using (entry_id)
    where s.deleted_at > now() - interval '1 hour' and o.object_type = ${type}
      and ${notApproved(sql`o.exported_revision`)}
  ) + (
    select count(*) from export_object o join export_state s using (entry_id)
    where o.postponed_at > now() - interval '1 hour' and o.object_type = ${type} and not o.desired_present
      and s.entra_state = 'present' and ${deleteStep(settings)} is null and ${notApproved(sql`o.desired_revision`)})`
}
