import type { Hold, HoldWave } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { stateNow } from './conditions.ts'
import { describeReason } from './describe-reason.ts'

/** As the database has it: null where a hold has nothing, and times as such. */
export type HoldRow = {
  readonly [Name in keyof Omit<Hold, 'message'>]-?: Name extends 'heldSince' | 'decidedAt'
    ? Date | Exclude<Hold[Name], string | undefined>
    : undefined extends Hold[Name]
      ? Exclude<Hold[Name], undefined> | null
      : Hold[Name]
}

export type WaveRow = Omit<
  HoldWave,
  'message' | 'heldSince' | 'newest' | 'connector' | 'container' | 'reasonDetail'
> & {
  readonly connector: string | null
  readonly container: string | null
  readonly reasonDetail: string | null
  readonly heldSince: Date
  readonly newest: Date
}

/** Of `hold h`. */
export const holdColumns: RawBuilder<unknown> = sql`h.id, h.kind, ${stateNow} as state, h.wave, h.reason,
  h.reason_detail as "reasonDetail", h.connector, h.container, h.entry_id as "entryId", h.target_entry as "memberEntryId",
  h.dn, h.display_name as "displayName", h.user_principal_name as "userPrincipalName", h.group_name as "groupName",
  h.held_at as "heldSince", h.decided_by as "decidedBy", h.decided_at as "decidedAt", h.comment`

export function asHold(row: HoldRow): Hold {
  const known = Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value === null ? [] : [[name, value instanceof Date ? value.toISOString() : value]]
    )
  ) as unknown as Omit<Hold, 'message'>
  return { ...known, message: describeReason(known) }
}

export function asWave({ connector, container, reasonDetail, heldSince, newest, ...row }: WaveRow): HoldWave {
  const origin = {
    kind: row.kind,
    reason: row.reason,
    ...(reasonDetail !== null && { reasonDetail }),
    ...(connector !== null && { connector }),
    ...(container !== null && { container })
  }
  return {
    ...row,
    ...origin,
    message: describeReason(origin),
    heldSince: heldSince.toISOString(),
    newest: newest.toISOString()
  }
}
