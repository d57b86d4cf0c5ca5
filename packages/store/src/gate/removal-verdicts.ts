import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { readyLinks } from '../export-conditions.ts'
import { holdOfRemoval, isCurrent, isRemoval } from './conditions.ts'
import type { Exceeded } from './delete-verdicts.ts'
import { type GateSettings, smallestGroupToJudge } from './gate-settings.ts'

/**
 * Which of these groups may lose no member without a person, and what was exceeded: the count, for all groups together,
 * or the share of one group. What waits and what was removed within the last hour count together.
 */
export async function removalVerdicts(
  trx: DatabaseTransaction,
  sources: readonly string[],
  settings: GateSettings
): Promise<ReadonlyMap<string, Exceeded>> {
  if (sources.length === 0) return new Map()
  if (await countIsExceeded(trx, settings)) return new Map(sources.map(source => [source, 'count']))
  const { percent } = settings.memberRemovals
  const { rows } = await sql<{ source: string }>`
    select g.source from unnest(${sources}::uuid[]) as g (source)
    cross join lateral (select exists (select from hold h
      where h.entry_id = g.source and h.target_entry is not null and h.state = 'held' and ${isCurrent}) as held) before
    cross join lateral (select count(*) as n from ${readyLinks} ${holdOfRemoval}
      where l.source_entry = g.source and ${isRemoval} and coalesce(h.state, 'held') = 'held') waiting
    cross join lateral (select coalesce(sum(members), 0)::integer as n from removed_members
      where group_entry = g.source and at > now() - interval '1 hour') recent
    -- A group is never counted further than it takes to know.
    cross join lateral (select count(*) as n from (select from export_link
      where source_entry = g.source and attribute = 'member' and exported and not refused
      limit greatest(${smallestGroupToJudge}::integer,
        ((waiting.n + recent.n) * 100 / greatest(${percent}::integer, 1))::integer + 1)) each) members
    where before.held or (
      ${percent}::integer < 100 and members.n + recent.n >= ${smallestGroupToJudge}::integer
      and (waiting.n + recent.n) * 100 > (members.n + recent.n) * ${percent}::integer)`.execute(trx)
  return new Map(rows.map(({ source }) => [source, 'share']))
}

async function countIsExceeded(
  trx: DatabaseTransaction,
  { memberRemovals: { count } }: GateSettings
): Promise<boolean> {
  const { rows } = await sql<{ exceeded: boolean }>`
    select exists (select from hold h where h.state = 'held' and h.kind = 'remove-member' and h.threshold = 'count'
        and ${isCurrent})
      or (select coalesce(sum(members), 0) from removed_members where at > now() - interval '1 hour')
        + (select count(*) from ${readyLinks} ${holdOfRemoval}
           where ${isRemoval} and l.removal is not null and coalesce(h.state, 'held') = 'held') > ${count}
      as exceeded`.execute(trx)
  return rows[0]?.exceeded === true
}
