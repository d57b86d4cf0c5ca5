import type { HoldWave } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'

/** A wave that has grown by less than this is not told of before the hour is over. */
const notableGrowth = 1.1

/**
 * Of the waves that are held now those that are to be told of, for all exporters together: a wave that grows by one each
 * minute is told of about as often as it grows by a tenth.
 */
export async function wavesToTell(database: Database, waves: readonly HoldWave[]): Promise<HoldWave[]> {
  const held = waves.filter(wave => wave.held > 0)
  const now = JSON.stringify(held.map(({ wave, held: number }) => ({ wave, held: number })))
  await rows(
    sql`delete from told_wave t where not exists (
      select from jsonb_to_recordset(${now}::jsonb) as n (wave text) where n.wave = t.wave)`,
    database
  )
  const told = await rows(
    sql<{ wave: string }>`
      insert into told_wave as t (wave, held)
      select wave, held from jsonb_to_recordset(${now}::jsonb) as n (wave text, held integer) order by wave
      on conflict (wave) do update set held = excluded.held, told_at = clock_timestamp()
        where t.told_at < now() - interval '1 hour' or excluded.held > t.held * ${notableGrowth}::numeric
      returning wave`,
    database
  )
  const due = new Set(told.map(row => row.wave))
  return held.filter(({ wave }) => due.has(wave))
}
