import type { ImportMode, RunState } from '@opendirsync/contracts'
import type { Generated } from 'kysely'

/** The tables that are read row by row, as the query builder knows them. Set-wise statements are written in SQL. */
export interface Tables {
  connector: { name: string; kind: 'active-directory' | 'csv'; naming_context: string }
  run: {
    id: Generated<string>
    connector: string
    mode: ImportMode
    state: Generated<RunState>
    trigger: string
    requested_at: Generated<Date>
    started_at: Date | null
    ended_at: Date | null
    pages: Generated<number>
    reported: Generated<number>
    staged: Generated<number>
    deleted: Generated<number>
    error: string | null
    reason: string | null
    preview: Generated<boolean>
    accept_vanished: Generated<boolean>
    expected: number | null
    upload_id: string | null
    unchanged: Generated<number>
    findings: Generated<number>
  }
}
