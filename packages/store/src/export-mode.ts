import type { ExportMode } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, type DatabaseTransaction, orMapped, rows, transact } from './database.ts'
import { type ExporterReport, type RunningExporter, reportExporter, runningExporters } from './exporters.ts'

/** What exporters do, and since when. Only the mode, when nobody has ever set anything. */
interface ExportModeInForce {
  readonly mode: ExportMode
  readonly since?: Date
  readonly by?: string
  readonly reason?: string
}

export interface ExportModeChange {
  readonly id: number
  readonly mode: ExportMode
  readonly at: Date
  /** The name of an API key. */
  readonly by: string
  readonly reason: string
}

interface ExportModeInput {
  readonly mode: ExportMode
  readonly by: string
  readonly reason: string
  /** How long to wait for writes that are under way. */
  readonly waitMs: number
}

/** What this process knows of the mode. */
export interface ModeReading {
  readonly mode: ExportMode
  /** When it was asked for, by `performance.now()`. */
  readonly askedAtMs: number
}

/** Whether exporters write to the tenant. */
export interface ExportModes {
  current(): Promise<ExportModeInForce>
  /**
   * Sets the mode. Once it has answered `staging`, no exporter has a write under way, and none begins one.
   * @throws WritesUnderWayError when writes that began before did not end in time. The mode is set all the same.
   */
  set(input: ExportModeInput): Promise<ExportModeInForce>
  /** Newest first; `before` is the id of the last one of an earlier page. */
  history(page: { limit: number; before?: number }): Promise<ExportModeChange[]>
  /** Of this process, by whatever asked last: a claim, or `current`. */
  readonly lastReading: () => ModeReading | undefined
  reportExporter(exporter: ExporterReport): Promise<void>
  forgetExporter(id: string): Promise<void>
  exporters(): Promise<RunningExporter[]>
}

/** Staging mode is set, and a write that began before has not ended yet. */
export class WritesUnderWayError extends Error {
  override readonly name = 'WritesUnderWayError'
}

/** Asks for the mode, and remembers the newest answer. */
export interface ModeReader {
  read(database: Database | DatabaseTransaction): Promise<ExportModeChange | undefined>
  /** A connection was lost, and with it the lock of a write that may be under way: nothing is known until the next answer. */
  forget(): void
  readonly last: () => ModeReading | undefined
}

/** Exporters hold it shared while they write; whoever switches to staging mode waits until nobody does. */
const writeLock = sql`hashtextextended('export-mode', 0)`
const lockNotAvailable = '55P03'

export function modeReader(): ModeReader {
  let newest: ModeReading | undefined
  let forgottenAtMs = Number.NEGATIVE_INFINITY
  return {
    async read(database) {
      const askedAtMs = performance.now()
      const [change] = await rows(changes(sql`order by id desc limit 1`), database)
      // Of two answers that cross, the one that was asked for last counts.
      if (askedAtMs >= Math.max(newest?.askedAtMs ?? askedAtMs, forgottenAtMs))
        newest = { mode: change?.mode ?? 'export', askedAtMs }
      return change
    },
    forget() {
      newest = undefined
      forgottenAtMs = performance.now()
    },
    last: () => newest
  }
}

/**
 * The mode until this transaction ends: who switches to staging mode waits for it. The lock and the question are two
 * statements, so that the question sees what was set while the lock was waited for.
 */
export async function holdExportMode(trx: DatabaseTransaction, reader: ModeReader): Promise<ExportMode> {
  // Of an exporter whose machine has died, the server would keep the lock for hours.
  await sql`select set_config('tcp_keepalives_idle', '10', true), set_config('tcp_keepalives_interval', '2', true),
    set_config('tcp_keepalives_count', '3', true), pg_advisory_xact_lock_shared(${writeLock})`.execute(trx)
  return (await reader.read(trx))?.mode ?? 'export'
}

export function exportModes(database: Database, reader: ModeReader): ExportModes {
  const current = async () => inForce(await reader.read(database))
  return {
    current,
    async set({ mode, by, reason, waitMs }) {
      await transact(database, async trx => {
        await sql`lock table export_mode_change in share row exclusive mode`.execute(trx)
        await sql`
          insert into export_mode_change (mode, set_by, reason) select ${mode}, ${by}, ${reason}
          where ${mode} <> coalesce((select mode from export_mode_change order by id desc limit 1), 'export')`.execute(
          trx
        )
      })
      // The new mode is known before the wait: exporters send nothing more of what they have begun, and end soon.
      if (mode === 'staging') await writesHaveEnded(database, waitMs)
      return current()
    },
    history: ({ limit, before }) =>
      rows(
        changes(
          sql`where ${before ?? null}::bigint is null or id < ${before ?? null} order by id desc limit ${limit}`
        ),
        database
      ),
    lastReading: reader.last,
    reportExporter: exporter => reportExporter(database, exporter),
    async forgetExporter(id) {
      await rows(sql`delete from exporter where id = ${id}`, database)
    },
    exporters: () => runningExporters(database)
  }
}

function changes(which: RawBuilder<unknown>): RawBuilder<ExportModeChange> {
  return sql<ExportModeChange>`select id, mode, at, set_by as by, reason from export_mode_change ${which}`
}

function inForce(change: ExportModeChange | undefined): ExportModeInForce {
  if (change === undefined) return { mode: 'export' }
  const { mode, at, by, reason } = change
  return { mode, since: at, by, reason }
}

async function writesHaveEnded(database: Database, waitMs: number): Promise<void> {
  const waited = database.transaction().execute(async trx => {
    await sql`select set_config('lock_timeout', ${String(Math.max(1, waitMs))}, true)`.execute(trx)
    await sql`select pg_advisory_xact_lock(${writeLock})`.execute(trx)
  })
  try {
    await waited
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === lockNotAvailable) {
      throw new WritesUnderWayError(
        'Staging mode is set, but writes that began before are still under way. Try again: the answer comes when the last one has ended.',
        { cause }
      )
    }
    await orMapped(Promise.reject(cause))
  }
}
