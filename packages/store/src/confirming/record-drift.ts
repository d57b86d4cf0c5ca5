import type { AttributeValue, DriftAction, DriftKind } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { sameValue } from './compare.ts'

/** Something in the tenant that was just seen not to be as it was written. */
export interface Finding {
  readonly entryId: string
  readonly kind: DriftKind
  readonly attribute: string | null
  readonly targetEntraId: string | null
  readonly targetEntry: string | null
  readonly expected: AttributeValue
  readonly found: AttributeValue
  /** False: it is told, whatever the policy. */
  readonly mayPutBack: boolean
}

interface Decided extends Finding {
  readonly action: DriftAction
}

interface Earlier {
  readonly key: string
  readonly action: DriftAction
  readonly found: AttributeValue
  readonly open: boolean
  readonly counts: boolean
}

const nobody = '00000000-0000-0000-0000-000000000000'

/** So often within an hour the same thing is put back. Then somebody else wants it otherwise, and no end is in sight. */
const mostPutBacks = 3

/**
 * Decides what is to be done about each finding, and writes that down. What is put back the caller does, in the same
 * transaction.
 */
export async function recordDrift(
  trx: DatabaseTransaction,
  findings: readonly Finding[],
  putsBack: boolean
): Promise<Decided[]> {
  if (findings.length === 0) return []
  const earlier = await earlierDrift(trx, findings)
  const decided = findings.map(finding => ({
    ...finding,
    action: actionFor(finding, earlier.get(keyOf(finding)) ?? [], putsBack)
  }))
  await writeDrift(
    trx,
    decided.map(each => ({
      ...each,
      news: isNews(each, earlier.get(keyOf(each)) ?? []) && !isUndecided(each, putsBack)
    }))
  )
  return decided
}

function actionFor(finding: Finding, earlier: readonly Earlier[], putsBack: boolean): DriftAction {
  const open = earlier.find(each => each.open)
  if (open?.action === 'accepted' && sameValue(finding.attribute ?? '', open.found, finding.found))
    return 'accepted'
  if (open?.action === 'contested' || open?.action === 'held') return open.action
  if (!putsBack || !finding.mayPutBack) return 'reported'
  // It was given to the exporter already, who has not come to it.
  if (open?.action === 'put-back') return 'put-back'
  const putBack = earlier.filter(({ action, counts }) => action === 'put-back' && counts)
  if (putBack.length >= mostPutBacks) return 'contested'
  // Whether so many may be put back can only be said when all are known.
  return finding.kind === 'vanished' ? 'reported' : 'put-back'
}

function isUndecided({ kind, action }: Decided, putsBack: boolean): boolean {
  return putsBack && kind === 'vanished' && action === 'reported'
}

function isNews({ action, attribute, found }: Decided, earlier: readonly Earlier[]): boolean {
  const open = earlier.find(each => each.open)
  return open === undefined || open.action !== action || !sameValue(attribute ?? '', open.found, found)
}

function keyOf({
  entryId,
  kind,
  attribute,
  targetEntraId
}: Pick<Finding, 'entryId' | 'kind' | 'attribute' | 'targetEntraId'>): string {
  return `${entryId} ${kind} ${attribute ?? ''} ${targetEntraId ?? ''}`
}

async function earlierDrift(
  trx: DatabaseTransaction,
  findings: readonly Finding[]
): Promise<Map<string, Earlier[]>> {
  const things = findings.map(({ entryId, kind, attribute, targetEntraId }) => ({
    entryId,
    kind,
    attribute: attribute ?? '',
    target: targetEntraId ?? nobody
  }))
  const { rows } = await sql<Omit<Earlier, 'key'> & Parameters<typeof keyOf>[0]>`
    select d.entry_id as "entryId", d.kind, d.attribute, d.target_entra_id as "targetEntraId", d.action, d.found,
      d.ended_at is null as open, d.counts
    from jsonb_to_recordset(${JSON.stringify(things)}::jsonb) as r ("entryId" uuid, kind text, attribute text, target uuid)
    join drift d on d.entry_id = r."entryId" and d.kind = r.kind and coalesce(d.attribute, '') = r.attribute
      and coalesce(d.target_entra_id, '00000000-0000-0000-0000-000000000000') = r.target
    where d.ended_at is null or d.since > now() - interval '1 hour'`.execute(trx)
  const earlier = new Map<string, Earlier[]>()
  for (const row of rows) {
    const key = keyOf(row)
    earlier.set(key, [...(earlier.get(key) ?? []), { ...row, key }])
  }
  return earlier
}

async function writeDrift(
  trx: DatabaseTransaction,
  decided: readonly (Decided & { readonly news: boolean })[]
): Promise<void> {
  const records = sql`jsonb_to_recordset(${JSON.stringify(decided)}::jsonb) as r ("entryId" uuid, kind text,
    attribute text, "targetEntraId" uuid, "targetEntry" uuid, expected jsonb, found jsonb, action text, news boolean)`
  await sql`
    insert into drift (entry_id, kind, attribute, target_entra_id, target_entry, expected, found, action)
    select "entryId", kind, attribute, "targetEntraId", "targetEntry", expected, found, action from ${records}
    order by "entryId", kind, attribute, "targetEntraId"
    on conflict (entry_id, kind, coalesce(attribute, ''), coalesce(target_entra_id, '00000000-0000-0000-0000-000000000000'))
      where ended_at is null
    do update set found = excluded.found, action = excluded.action, seen_at = now(),
      expected = case when drift.action = 'put-back' then drift.expected else excluded.expected end`.execute(
    trx
  )
  await sql`
    insert into journal (entry_id, step, detail)
    select "entryId", 'drift', jsonb_strip_nulls(jsonb_build_object('kind', kind, 'action', action,
      'attribute', attribute, 'target', "targetEntry", 'targetEntraId', "targetEntraId"))
      || case when kind = 'attribute' then jsonb_build_object('expected', expected, 'found', found) else '{}' end
    from ${records} where news`.execute(trx)
}
