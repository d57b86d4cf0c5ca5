import type { HoldDecision } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, transact } from '../database.ts'
import { isCurrent } from './conditions.ts'
import { gateLock } from './pass-deletes.ts'

/** Which holds are meant. */
export type HoldChoice =
  | { readonly ids: readonly number[] }
  /** `expected`: how many were seen. Another number decides nothing. */
  | { readonly wave: string; readonly expected: number; readonly state?: 'held' | 'refused' }
  | { readonly all: true; readonly expected: number; readonly state?: 'held' | 'refused' }

export interface DecideInput {
  readonly choice: HoldChoice
  readonly decision: HoldDecision
  /** The name of an API key. */
  readonly by: string
  readonly comment?: string
}

/** There are not as many holds to decide as were seen. Nothing was decided. */
export class HoldsChangedError extends Error {
  override readonly name = 'HoldsChangedError'
  readonly expected: number
  readonly found: number

  constructor(expected: number, found: number) {
    super(
      `${expected} were to be decided, and ${found} can be now. Nothing was decided. Look at them again, and name the number that you see.`
    )
    this.expected = expected
    this.found = found
  }
}

/**
 * Decides all of them, or none. What is refused may be approved later; an approval stands.
 *
 * @returns the entries that have something to write now, and how many holds were decided
 * @throws HoldsChangedError
 */
export async function decideHolds(
  database: Database,
  { choice, decision, by, comment }: DecideInput
): Promise<{ decided: number; entryIds: string[] }> {
  const expected = 'ids' in choice ? new Set(choice.ids).size : choice.expected
  const state = decision === 'approve' ? 'approved' : 'refused'
  return transact(database, async trx => {
    // What an exporter is holding at this moment is seen, or is not decided.
    await sql`select pg_advisory_xact_lock(${gateLock})`.execute(trx)
    const { rows } = await sql<{ entryId: string }>`
      with decided as (
        update hold h set state = ${state}, decided_by = ${by}, decided_at = clock_timestamp(), comment = ${comment ?? null}
        where ${chosen(choice, decision)} and ${isCurrent}
        returning h.id, h.entry_id, h.target_entry, h.reason
      ), told as (
        insert into journal (entry_id, step, detail)
        select entry_id, 'hold-decided', jsonb_strip_nulls(jsonb_build_object('hold', id, 'decision', ${state}::text,
          'by', ${by}::text, 'comment', ${comment ?? null}::text, 'reason', reason, 'member', target_entry))
        from decided
      )
      select entry_id as "entryId" from decided`.execute(trx)
    if (rows.length !== expected) throw new HoldsChangedError(expected, rows.length)
    const entryIds = decision === 'approve' ? [...new Set(rows.map(row => row.entryId))] : []
    return { decided: rows.length, entryIds }
  })
}

function chosen(choice: HoldChoice, decision: HoldDecision): RawBuilder<boolean> {
  if ('ids' in choice) {
    const open = decision === 'approve' ? ['held', 'refused'] : ['held']
    return sql`h.id = any(${choice.ids}::bigint[]) and h.state = any(${open}::text[])`
  }
  const { state = 'held' } = choice
  return 'wave' in choice ? sql`h.wave = ${choice.wave} and h.state = ${state}` : sql`h.state = ${state}`
}
