import type { Run } from '@opendirsync/contracts'
import type { Selectable } from 'kysely'
import type { Tables } from './tables.ts'

export type RunRow = Selectable<Tables['run']>

export function asRun(row: RunRow): Run {
  return {
    id: row.id,
    connector: row.connector,
    mode: row.mode,
    state: row.state,
    trigger: row.trigger,
    requestedAt: row.requested_at.toISOString(),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    counters: {
      pages: row.pages,
      reported: row.reported,
      staged: row.staged,
      unchanged: row.unchanged,
      deleted: row.deleted
    },
    ...(row.reason === null ? {} : { reason: row.reason }),
    preview: row.preview,
    progress: progressOf(row),
    findings: row.findings,
    ...(row.error === null ? {} : { error: row.error })
  }
}

/** Rate and estimate, from what was read so far. */
function progressOf({ state, started_at, ended_at, reported, expected }: RunRow): Run['progress'] {
  const until = ended_at ?? new Date()
  const seconds = started_at === null ? 0 : Math.max(0, until.getTime() - started_at.getTime()) / 1_000
  const objectsPerSecond = seconds === 0 ? 0 : Math.round((reported / seconds) * 10) / 10
  const known = expected === null || expected === 0 ? undefined : Math.max(expected, reported)
  const remaining =
    state === 'running' && known !== undefined && objectsPerSecond > 0
      ? Math.round(((known - reported) / objectsPerSecond) * 10) / 10
      : undefined
  return {
    objectsPerSecond,
    ...(known !== undefined && { expected: known }),
    ...(remaining !== undefined && { remainingSeconds: remaining })
  }
}
