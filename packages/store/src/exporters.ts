import type { ExportMode } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'

/** What an exporter tells of itself. */
export interface ExporterReport {
  /** Another one for each start. */
  readonly id: string
  readonly host: string
  readonly processId: number
  /** Its environment says staging, whatever is set for all. */
  readonly forced: boolean
  /** The mode that it works in. */
  readonly mode: ExportMode
}

export interface RunningExporter extends ExporterReport {
  readonly seenAt: Date
}

/** Exporters report every ten seconds. */
const gone = sql`interval '1 minute'`

export async function reportExporter(database: Database, exporter: ExporterReport): Promise<void> {
  const { id, host, processId, forced, mode } = exporter
  await rows(
    sql`
      with old as (delete from exporter where seen_at < now() - ${gone} and id <> ${id})
      insert into exporter (id, host, process_id, forced, mode) values (${id}, ${host}, ${processId}, ${forced}, ${mode})
      on conflict (id) do update set mode = excluded.mode, seen_at = clock_timestamp()`,
    database
  )
}

export function runningExporters(database: Database): Promise<RunningExporter[]> {
  return rows(
    sql<RunningExporter>`
      select id, host, process_id as "processId", forced, mode, seen_at as "seenAt"
      from exporter where seen_at > now() - ${gone} order by host, process_id`,
    database
  )
}
