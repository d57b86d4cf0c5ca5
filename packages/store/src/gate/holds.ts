import type { Hold, HoldKind, HoldState, HoldWave } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { isCurrent } from './conditions.ts'
import { type DecideInput, decideHolds } from './decide-holds.ts'
import type { GateSettings } from './gate-settings.ts'
import { asHold, asWave, type HoldRow, holdColumns, type WaveRow } from './hold-rows.ts'
import { listPostponed, type PostponedDelete } from './postponed.ts'
import { wavesToTell } from './waves-to-tell.ts'

interface HoldQuery {
  readonly limit: number
  /** The `next` of an earlier page. */
  readonly after?: number
  readonly state?: HoldState
  readonly kind?: HoldKind
  readonly wave?: string
}

/** What waits for a person, and what waits for its day. */
export interface Holds {
  /** Oldest first. */
  list(query: HoldQuery): Promise<{ items: Hold[]; next?: number }>
  /** What is held or refused now, by reason; the largest first. */
  waves(): Promise<HoldWave[]>
  decide(input: DecideInput): ReturnType<typeof decideHolds>
  /** Writes down which of them are moot, since the directory has changed, and forgets what was settled long ago. */
  withdrawMoot(): Promise<number>
  /** Waves that are held and of which the log should tell: new ones, those that have grown, and each once an hour. */
  wavesToTell(): Promise<HoldWave[]>
  /** Deletes that the policy puts off. `after` is the `next` of an earlier page. */
  postponed(page: { limit: number; after?: string }): Promise<{ items: PostponedDelete[]; next?: string }>
  /** For those who show when deletes are due: what exporters do. */
  rememberPolicy(settings: GateSettings): Promise<void>
}

const keepDays = 90

export function holds(database: Database): Holds {
  const waves = async () => (await rows(wavesNow, database)).map(asWave)
  return {
    waves,
    decide: input => decideHolds(database, input),
    wavesToTell: async () => wavesToTell(database, await waves()),
    postponed: page => listPostponed(database, page),

    async list({ limit, after, state, kind, wave }) {
      const found = await rows(
        sql<HoldRow>`
          select ${holdColumns} from hold h
          where h.id > ${after ?? 0} and ${kind === undefined ? sql`true` : sql`h.kind = ${kind}`}
            and ${wave === undefined ? sql`true` : sql`h.wave = ${wave}`} and ${inState(state)}
          order by h.id limit ${limit + 1}`,
        database
      )
      const items = found.slice(0, limit).map(asHold)
      const next = found.length > limit ? items.at(-1)?.id : undefined
      return { items, ...(next !== undefined && { next }) }
    },

    async withdrawMoot() {
      const withdrawn = await rows(
        sql`
          with moot as (
            update hold h set state = 'withdrawn' where h.state in ('held', 'refused') and not (${isCurrent})
            returning h.id, h.entry_id, h.target_entry
          )
          insert into journal (entry_id, step, detail)
          select entry_id, 'hold-withdrawn', jsonb_strip_nulls(jsonb_build_object('hold', id, 'member', target_entry))
          from moot returning entry_id`,
        database
      )
      await rows(
        sql`
          delete from hold h where h.state in ('approved', 'withdrawn') and not (${isCurrent})
            and coalesce(h.decided_at, h.held_at) < now() - make_interval(days => ${keepDays}::integer)`,
        database
      )
      return withdrawn.length
    },

    async rememberPolicy({ deleteAfterDays }) {
      await rows(
        sql`
          insert into delete_policy (after_days) values (${deleteAfterDays === 'never' ? null : deleteAfterDays})
          on conflict (only_row) do update set after_days = excluded.after_days`,
        database
      )
    }
  }
}

function inState(state: HoldState | undefined): RawBuilder<boolean> {
  switch (state) {
    case undefined:
      return sql`true`
    case 'approved':
      return sql`h.state = 'approved'`
    case 'withdrawn':
      return sql`(h.state = 'withdrawn' or h.state in ('held', 'refused') and not (${isCurrent}))`
    default:
      return sql`h.state = ${state} and ${isCurrent}`
  }
}

const wavesNow = sql<WaveRow>`
  select h.wave, min(h.kind) as kind, min(h.reason) as reason, min(h.reason_detail) as "reasonDetail",
    min(h.connector) as connector, min(h.container) as container,
    count(*) filter (where h.state = 'held') as held, count(*) filter (where h.state = 'refused') as refused,
    min(h.held_at) as "heldSince", max(h.held_at) as newest,
    (array_agg(coalesce(h.display_name, h.user_principal_name, h.dn, h.entry_id::text) order by h.id))[1:5] as examples
  from hold h where h.state in ('held', 'refused') and ${isCurrent}
  group by h.wave order by 7 desc, h.wave`
