import type { Inspector, ObjectGuid, Rules } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, lookUpByKey, transact } from '../database.ts'
import { linkLock } from '../desire-links.ts'
import { nameOf, readObjects } from './keys.ts'
import { type Found, inspect, settleFindings, typeIn } from './update-readiness.ts'

export interface RefreshInput {
  readonly rules: Pick<Rules, 'judge'>
  readonly inspector: Inspector
  /** Whatever the findings depend on beside the objects, as text to compare. */
  readonly facts: string
  readonly limit: number
}

/** A page that was read and inspected while the one before it was being written. */
interface Ahead {
  readonly facts: string
  readonly found: Promise<ReadonlyMap<string, Found>>
}

interface PageRow {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly revision: number
}

/**
 * Looks at all objects again, page by page, one call for each page. What is read ahead, without the lock, counts only
 * for objects that are the same when their turn comes.
 */
export function refresher(database: Database): (input: RefreshInput) => Promise<boolean> {
  let ahead: Ahead | undefined
  return async input => {
    const ready = ahead?.facts === input.facts ? await ahead.found : new Map<string, Found>()
    ahead = undefined
    return transact(database, async trx => {
      await lookUpByKey(trx)
      await sql`select pg_advisory_xact_lock(${linkLock})`.execute(trx)
      const { after, done } = await progressOf(trx, input.facts)
      if (done) return false
      const { page, last } = await pageAfter(trx, after, input.limit)
      if (last !== undefined) ahead = { facts: input.facts, found: readAhead(database, last, input) }
      await settleFindings(trx, await foundOf(trx, { page, ready }, input), input)
      await sql`update readiness_refresh set after = ${last ?? null}, done = ${last === undefined}`.execute(
        trx
      )
      return last !== undefined
    })
  }
}

/** What cannot be read now is read when its turn comes. */
function readAhead(database: Database, after: ObjectGuid, input: RefreshInput): Ahead['found'] {
  return transact(database, async trx => {
    await lookUpByKey(trx)
    const { page } = await pageAfter(trx, after, input.limit)
    const found = await foundOf(trx, { page, ready: new Map() }, input)
    return new Map(found.map(item => [nameOf(item.object), item]))
  }).catch(() => new Map())
}

async function foundOf(
  trx: DatabaseTransaction,
  { page, ready }: { page: readonly PageRow[]; ready: ReadonlyMap<string, Found> },
  { rules, inspector }: RefreshInput
): Promise<Found[]> {
  const known = page.flatMap(row => {
    const found = ready.get(nameOf(row))
    return found?.object.revision === row.revision ? found : []
  })
  const names = new Set(known.map(({ object }) => nameOf(object)))
  const others = await readObjects(
    trx,
    page.filter(row => !names.has(nameOf(row)))
  )
  return [
    ...known,
    ...others.map(object => inspect({ object, objectType: typeIn(rules.judge(object)) }, inspector))
  ]
}

/** All that has been synchronised under the next objectGUIDs; `last`: the last of these, undefined when there are no more. */
async function pageAfter(
  trx: DatabaseTransaction,
  after: ObjectGuid | null,
  limit: number
): Promise<{ page: readonly PageRow[]; last: ObjectGuid | undefined }> {
  const { rows } = await sql<PageRow & { seen: boolean }>`
    select s.connector, s.object_guid as "objectGuid", s.revision, s.synchronised_revision > 0 as seen
    from (select distinct object_guid from staged_object
          where object_guid > ${after ?? '00000000-0000-0000-0000-000000000000'}
          order by object_guid limit ${limit}) g
    cross join lateral (select * from staged_object where object_guid = g.object_guid offset 0) s
    order by s.object_guid`.execute(trx)
  return { page: rows.filter(({ seen }) => seen), last: rows.at(-1)?.objectGuid }
}

/** Other facts begin anew. */
async function progressOf(
  trx: DatabaseTransaction,
  facts: string
): Promise<{ after: ObjectGuid | null; done: boolean }> {
  const { rows: known } = await sql<{ after: ObjectGuid | null; done: boolean }>`
    insert into readiness_refresh (facts) values (${facts})
    on conflict (only_row) do update set facts = excluded.facts,
      after = case when readiness_refresh.facts = excluded.facts then readiness_refresh.after end,
      done = readiness_refresh.done and readiness_refresh.facts = excluded.facts
    returning after, done`.execute(trx)
  return known[0] ?? { after: null, done: false }
}
