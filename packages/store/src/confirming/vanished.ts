import type { ConfirmedType, EntraState } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import { fewestDeletesToJudge } from '../gate/gate-settings.ts'
import { takeAsState } from './put-back.ts'
import { writtenAt } from './suspects.ts'

/** How many of our users, and of our groups, may vanish within an hour and be put back without a person. */
export interface VanishedThreshold {
  readonly count: number
  /** The largest share of those that should be there, 0 to 100; 100: as many as there are. */
  readonly percent: number
}

export interface VanishedDecided {
  /** Entries of which the exporter has something to write. */
  readonly exportable: readonly string[]
  /** Those that wait for a person from now on. */
  readonly held: number
  /** All that wait, those of before among them. */
  readonly waiting: number
}

/**
 * - `done`: the entries have something to export now. Those of `busy` were just being written, and are still held.
 * - `changed`: there are `held` of them, not as many as expected; nothing was done.
 */
export type PutBackVanished =
  | { readonly result: 'done'; readonly entryIds: readonly string[]; readonly busy: number }
  | { readonly result: 'changed'; readonly held: number }

const types: readonly ConfirmedType[] = ['user', 'group']

/**
 * What has vanished is put back when it is little. When much of a tenant is gone, it is rather that the wrong tenant
 * answers, that we do not see it, or that somebody has done it on purpose: then nothing of it is put back, and what
 * vanishes after it is held too, until a person says so. Those of the last hour count together.
 */
export function decideVanished(database: Database, threshold: VanishedThreshold): Promise<VanishedDecided> {
  return transact(database, async trx => {
    const decided: VanishedDecided[] = []
    for (const objectType of types) decided.push(await decideType(trx, objectType, threshold))
    return {
      exportable: decided.flatMap(({ exportable }) => exportable),
      held: decided.reduce((sum, { held }) => sum + held, 0),
      waiting: decided.reduce((sum, { waiting }) => sum + waiting, 0)
    }
  })
}

/** Somebody wants all that is held restored, or created anew. */
export function putBackVanished(database: Database, expected: number, by: string): Promise<PutBackVanished> {
  return transact(database, async trx => {
    // The mutex of `decideVanished`: no others join them meanwhile.
    for (const objectType of types) await holdRound(trx, objectType)
    const { rows } = await sql<{ held: number }>`
      select count(*) as held from drift where kind = 'vanished' and action = 'held' and ended_at is null`.execute(
      trx
    )
    const held = rows[0]?.held ?? 0
    if (held !== expected) return { result: 'changed', held }
    const entryIds = await putBack(trx, { action: 'held', by })
    return { result: 'done', entryIds, busy: held - entryIds.length }
  })
}

async function decideType(
  trx: DatabaseTransaction,
  objectType: ConfirmedType,
  threshold: VanishedThreshold
): Promise<VanishedDecided> {
  await holdRound(trx, objectType)
  const { undecided, waiting, recent } = await countVanished(trx, objectType)
  if (undecided === 0) return { exportable: [], held: 0, waiting }
  const isTooMuch = waiting > 0 || (await exceeds(trx, objectType, undecided + recent, threshold))
  if (!isTooMuch)
    return { exportable: await putBack(trx, { action: 'reported', objectType }), held: 0, waiting }
  const held = await hold(trx, objectType)
  return { exportable: [], held, waiting: waiting + held }
}

async function holdRound(trx: DatabaseTransaction, objectType: ConfirmedType): Promise<void> {
  await sql`select from confirming_round where object_type = ${objectType} for update`.execute(trx)
}

/** What could not be judged in this reading is not decided in it. */
const isUndecided = sql`(d.kind = 'vanished' and d.action = 'reported' and d.ended_at is null
  and not exists (select from drift_suspect u where u.entry_id = d.entry_id))`

async function countVanished(trx: DatabaseTransaction, objectType: ConfirmedType) {
  const { rows } = await sql<{ undecided: number; waiting: number; recent: number }>`
    select count(*) filter (where ${isUndecided}) as undecided,
      count(*) filter (where d.action = 'held' and d.ended_at is null) as waiting,
      count(*) filter (where d.action = 'put-back' and d.counts and d.decided_by is null
        and d.seen_at > now() - interval '1 hour') as recent
    from drift d join export_object o using (entry_id)
    where d.kind = 'vanished' and o.object_type = ${objectType}
      and (d.ended_at is null or d.seen_at > now() - interval '1 hour')`.execute(trx)
  return rows[0] ?? { undecided: 0, waiting: 0, recent: 0 }
}

async function exceeds(
  trx: DatabaseTransaction,
  objectType: ConfirmedType,
  vanished: number,
  { count, percent }: VanishedThreshold
): Promise<boolean> {
  if (vanished > count) return true
  if (percent >= 100 || vanished <= fewestDeletesToJudge) return false
  const { rows } = await sql<{ objects: number }>`
    select count(*) as objects from export_object o join export_state s using (entry_id)
    where o.object_type = ${objectType} and o.desired_present and s.entra_id is not null`.execute(trx)
  return vanished * 100 > (rows[0]?.objects ?? 0) * percent
}

async function hold(trx: DatabaseTransaction, objectType: ConfirmedType): Promise<number> {
  const { rows } = await sql`
    with held as (
      update drift d set action = 'held' from export_object o
      where ${isUndecided} and o.entry_id = d.entry_id and o.object_type = ${objectType} returning d.entry_id
    )
    insert into journal (entry_id, step, detail)
    select entry_id, 'drift', jsonb_build_object('kind', 'vanished', 'action', 'held') from held returning 1`.execute(
    trx
  )
  return rows.length
}

interface Chosen {
  readonly action: 'reported' | 'held'
  readonly objectType?: ConfirmedType
  readonly by?: string
}

/** What an exporter holds, or has written since it was seen, stays as it is, and is looked at again. */
async function putBack(trx: DatabaseTransaction, { action, objectType, by }: Chosen): Promise<string[]> {
  const condition = action === 'held' ? sql`d.kind = 'vanished' and d.action = 'held'` : isUndecided
  const { rows } = await sql<{ id: number; entryId: string; state: EntraState }>`
    select d.id, s.entry_id as "entryId", case d.found #>> '{}' when 'deleted' then 'deleted' else 'absent' end as state
    from drift d join export_state s using (entry_id) join export_object o using (entry_id)
    where ${condition} and d.ended_at is null and s.entra_state = 'present'
      and coalesce(${writtenAt} < d.seen_at, true) and (${objectType ?? null}::text is null or o.object_type = ${objectType ?? null})
    order by s.entry_id for update of s skip locked`.execute(trx)
  await takeAsState(trx, rows)
  await sql`
    with decided as (
      update drift set action = 'put-back', seen_at = now(), decided_by = ${by ?? null}, counts = ${by === undefined}
      where id = any(${rows.map(({ id }) => id)}::bigint[]) returning *
    )
    insert into journal (entry_id, step, detail)
    select entry_id, 'drift', jsonb_strip_nulls(jsonb_build_object('kind', kind, 'action', action, 'by', decided_by))
    from decided`.execute(trx)
  return rows.map(({ entryId }) => entryId)
}
