import type { ProposedFix, RunState } from '@opendirsync/contracts'

export type FixState = 'pending' | 'applied' | 'changed-meanwhile' | 'refused' | 'gone'

/** Fixes that were asked for together. */
export interface FixRun {
  readonly id: string
  readonly connector: string
  readonly requestedBy: string
  readonly requestedAt: string
  readonly state: RunState
  readonly startedAt?: string
  readonly endedAt?: string
  /** The run that this one takes back. */
  readonly undoOf?: string
  /** What went wrong with the run as a whole, and what to do. */
  readonly error?: string
  readonly counts: Readonly<Record<FixState, number>>
}

/** One value of one attribute, to be changed. */
export type FixChange = Pick<ProposedFix, 'action' | 'attribute' | 'from' | 'to'>

export interface Fix extends FixChange {
  readonly runId: string
  readonly position: number
  readonly objectGuid: string
  readonly dn: string
  readonly state: FixState
  /** Why it was not applied, and what to do. */
  readonly message?: string
  /** Whether there is something to take back: applied without it, the directory had the value already. */
  readonly undoable: boolean
  readonly appliedAt?: string
}

export interface FixRunRow {
  readonly id: string
  readonly connector: string
  readonly requested_by: string
  readonly requested_at: Date
  readonly state: RunState
  readonly started_at: Date | null
  readonly ended_at: Date | null
  readonly undo_of: string | null
  readonly error: string | null
  readonly counts: Partial<Record<FixState, number>>
  /** Where it stands in the list of runs. */
  readonly at: string
}

export interface FixRow {
  readonly fix_run: string
  readonly position: number
  readonly object_guid: string
  readonly dn: string
  readonly attribute: string
  readonly action: ProposedFix['action']
  readonly from_value: string | null
  readonly to_value: string | null
  readonly state: FixState
  readonly message: string | null
  readonly undo_ldif: string | null
  readonly applied_at: Date | null
}

export function asFixRun(row: FixRunRow): FixRun {
  const { id, connector, state } = row
  return {
    id,
    connector,
    state,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    ...(row.started_at !== null && { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at !== null && { endedAt: row.ended_at.toISOString() }),
    ...(row.undo_of !== null && { undoOf: row.undo_of }),
    ...(row.error !== null && { error: row.error }),
    counts: { pending: 0, applied: 0, 'changed-meanwhile': 0, refused: 0, gone: 0, ...row.counts }
  }
}

export function asFix(row: FixRow): Fix {
  const { position, dn, attribute, action, state } = row
  return {
    runId: row.fix_run,
    position,
    objectGuid: row.object_guid,
    dn,
    attribute,
    action,
    from: row.from_value,
    to: row.to_value,
    state,
    ...(row.message !== null && { message: row.message }),
    undoable: state === 'applied' && row.undo_ldif !== null,
    ...(row.applied_at !== null && { appliedAt: row.applied_at.toISOString() })
  }
}
