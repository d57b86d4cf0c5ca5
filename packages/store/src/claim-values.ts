import type { AttributeRecord, Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Released, rememberWaiting } from './awaited-values.ts'
import type { DatabaseTransaction } from './database.ts'
import type { ExportDecision } from './desire-objects.ts'
import { stayDecision } from './export-decisions.ts'
import { shortKey } from './short-key.ts'

/** Values of users that no two objects of a tenant can both have. */
const uniqueAttributes = ['userPrincipalName', 'mail'] as const
type UniqueAttribute = (typeof uniqueAttributes)[number]

export interface Claims {
  readonly decisions: readonly ExportDecision[]
  /** By entry: the values that it wants and another entry has. */
  readonly unclaimed: ReadonlyMap<string, readonly Problem[]>
  /** Values that nobody has any more. */
  readonly released: readonly Released[]
}

interface Wanted {
  readonly entry: string
  readonly attribute: UniqueAttribute
  readonly value: string
}

interface Loss extends Wanted {
  /** Who has it. */
  readonly dn: string | null
}

/**
 * A value that only one object can have is the entry's that wanted it first. Another one goes without: it keeps the
 * value that it had, is exported without a mail address, or, new and without a user principal name, not at all. It is
 * looked at again when the value is given up.
 *
 * @param decided all entries that were decided, also those of which nothing is to change
 */
export async function claimValues(
  trx: DatabaseTransaction,
  decisions: readonly ExportDecision[],
  decided: readonly string[]
): Promise<Claims> {
  const concerned = decisions.filter(changesUniqueValue)
  if (concerned.length === 0) {
    await rememberWaiting(trx, decided, [])
    return { decisions, unclaimed: new Map(), released: [] }
  }
  // First, so that an account which is made anew in the same moment gets them.
  const left = await release(trx, {
    entries: concerned.flatMap(decision => (decision.present ? [] : decision.entryId)),
    kept: []
  })
  const wanted = concerned.flatMap(valuesOf)
  const losses = new Map((await claim(trx, wanted)).map(loss => [keyOf(loss), loss]))
  await rememberWaiting(trx, decided, [...losses.values()])
  const settled = decisions.flatMap(decision =>
    decision.present && losses.size > 0 ? (withoutLost(decision, losses) ?? []) : [decision]
  )
  const remaining = new Map(settled.map(decision => [decision.entryId, decision]))
  const released = await release(trx, {
    entries: concerned.map(({ entryId }) => entryId),
    kept: concerned.flatMap(({ entryId }) => {
      const decision = remaining.get(entryId)
      return decision === undefined ? [] : valuesOf(decision)
    })
  })
  return {
    decisions: settled,
    unclaimed: problemsByEntry(losses.values()),
    released: [...left, ...released]
  }
}

function changesUniqueValue(decision: ExportDecision): boolean {
  const { before } = decision
  if (!decision.present) return before?.present === true
  if (decision.objectType !== 'user') return false
  return (
    before?.present !== true ||
    uniqueAttributes.some(name => decision.attributes[name] !== before.attributes[name])
  )
}

function valuesOf(decision: ExportDecision): Wanted[] {
  if (!decision.present || decision.objectType !== 'user') return []
  return uniqueAttributes.flatMap(attribute => {
    const value = decision.attributes[attribute]
    return typeof value === 'string'
      ? [{ entry: decision.entryId, attribute, value: shortKey(value.toLowerCase()) }]
      : []
  })
}

/** In the order of the values, so that two who claim the same ones wait for one another and not in a circle. */
async function claim(trx: DatabaseTransaction, wanted: readonly Wanted[]): Promise<Loss[]> {
  if (wanted.length === 0) return []
  const records = JSON.stringify(wanted)
  const incoming = sql`jsonb_to_recordset(${records}::jsonb) as w (entry uuid, attribute text, value text)`
  await sql`
    insert into claimed_value (attribute, value, entry_id)
    select attribute, value, entry from ${incoming} order by value, attribute, entry
    on conflict (value, attribute) do nothing`.execute(trx)
  const { rows } = await sql<Loss>`
    select w.entry, w.attribute, w.value, h.dn from ${incoming}
    cross join lateral (select entry_id from claimed_value c
      where c.value = w.value and c.attribute = w.attribute and c.entry_id <> w.entry offset 0) c
    left join lateral (select dn from staged_object where entry_id = c.entry_id and not deleted
      order by joined_by nulls first limit 1) h on true`.execute(trx)
  return rows
}

/** Undefined: the object cannot live without the value, and nothing of it is exported. */
function withoutLost(
  decision: ExportDecision & { readonly present: true },
  losses: ReadonlyMap<string, Loss>
): ExportDecision | undefined {
  const lost = valuesOf(decision).filter(wanted => losses.has(keyOf(wanted)))
  if (lost.length === 0) return decision
  const attributes: Record<string, AttributeRecord[string]> = { ...decision.attributes }
  for (const { attribute } of lost) {
    const earlier = decision.before?.present === true ? decision.before.attributes[attribute] : undefined
    if (typeof earlier === 'string') attributes[attribute] = earlier
    else if (attribute === 'userPrincipalName')
      return stayDecision(decision.entryId, decision.before, undefined)
    else delete attributes[attribute]
  }
  return { ...decision, attributes }
}

interface Release {
  readonly entries: readonly string[]
  readonly kept: readonly Wanted[]
}

/** What these entries had and do not have any more is free. */
async function release(trx: DatabaseTransaction, { entries, kept }: Release): Promise<Released[]> {
  if (entries.length === 0) return []
  const { rows } = await sql<Released>`
    with kept as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as k (entry uuid, attribute text, value text)
    )
    delete from claimed_value c where c.entry_id = any(${entries}) and not exists (
      select from kept k where k.entry = c.entry_id and k.attribute = c.attribute and k.value = c.value)
    returning attribute, value`.execute(trx)
  return rows
}

function problemsByEntry(losses: Iterable<Loss>): ReadonlyMap<string, readonly Problem[]> {
  const problems = new Map<string, Problem[]>()
  for (const { entry, attribute, value, dn } of losses) {
    const problem = {
      code: 'duplicate-value',
      attribute,
      message: `${dn ?? 'Another object'} has the ${attribute} "${value}" already, and only one object can have it. Change one of the two; this one is then taken up by itself.`
    }
    problems.set(entry, [...(problems.get(entry) ?? []), problem])
  }
  return problems
}

function keyOf({ entry, attribute, value }: Wanted): string {
  return `${entry}\n${attribute}\n${value}`
}
