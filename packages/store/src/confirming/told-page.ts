import type { AttributeRecord, EntraState, ToldObject } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import { differences } from './compare.ts'
import { endFullRound } from './end-full-round.ts'
import { advanceRound, type ConfirmingRound } from './rounds.ts'
import { addSuspects } from './suspects.ts'
import { seeReferences, tellReferences } from './told-references.ts'

export interface ToldPage {
  readonly round: ConfirmingRound
  readonly objects: readonly ToldObject[]
  /** Where the page leads. */
  readonly to: string
  readonly complete: boolean
  /** Of a full round: the attributes that the tenant does not know. */
  readonly unknown?: readonly string[]
  /** What was written less long ago is judged later. */
  readonly graceSeconds: number
}

/** One of our objects, as `export_state` and its neighbours have it. */
interface KnownObject {
  readonly entryId: string
  readonly entraId: string
  readonly entraState: EntraState
  readonly exported: AttributeRecord | null
  readonly desiredPresent: boolean
  readonly refusedAttribute: string | null
  readonly hasDrift: boolean
}

/**
 * Writes down what one page has told and where it leads, in one transaction: a crash repeats the page and loses none.
 * Nothing is held that an exporter needs.
 *
 * @returns false when another process has gone on from there; then nothing was written
 */
export function recordPage(database: Database, page: ToldPage): Promise<boolean> {
  return transact(database, async trx => {
    const { round, to, complete, objects, unknown = [] } = page
    if (!(await advanceRound(trx, round, { to, complete, told: objects.length, unknown }))) return false
    const known = await knownObjects(
      trx,
      objects.map(({ entraId }) => entraId)
    )
    const ours = objects.flatMap(told => {
      const object = known.get(told.entraId)
      return object === undefined ? [] : [{ told, object }]
    })
    const suspects = ours.filter(each => isSuspect(each, round)).map(({ object }) => object.entryId)
    await addSuspects(trx, [...new Set(suspects)], page.graceSeconds)
    await confirmOthers(trx, ours, new Set(suspects))
    await recordReferences(trx, ours, page)
    if (round.full && complete) await endFullRound(trx, round.objectType, page.graceSeconds)
    return true
  })
}

interface Told {
  readonly told: ToldObject
  readonly object: KnownObject
}

function isSuspect({ told, object }: Told, { full, attributes }: ConfirmingRound): boolean {
  const { entraState, desiredPresent, exported, refusedAttribute } = object
  if (told.removed !== undefined) return entraState === 'present'
  // In the bin by our wish, and told as alive. What waits to be restored is the exporter's.
  if (entraState !== 'present') return entraState === 'deleted' && !desiredPresent
  if (exported === null) return false
  if (object.hasDrift) return true
  const asked = Object.fromEntries(Object.entries(exported).filter(([name]) => attributes.includes(name)))
  const refused = refusedAttribute === null ? [] : [refusedAttribute]
  return differences({ exported: asked, found: told.attributes, whole: full, refused }).length > 0
}

async function knownObjects(
  trx: DatabaseTransaction,
  entraIds: readonly string[]
): Promise<Map<string, KnownObject>> {
  if (entraIds.length === 0) return new Map()
  const { rows } = await sql<KnownObject>`
    select s.entry_id as "entryId", s.entra_id as "entraId", s.entra_state as "entraState", s.exported,
      o.desired_present as "desiredPresent", s.problem ->> 'attribute' as "refusedAttribute",
      exists (select from drift d where d.entry_id = s.entry_id and d.ended_at is null
        and d.kind in ('attribute', 'vanished', 'returned')) as "hasDrift"
    from export_state s join export_object o using (entry_id)
    where s.entra_id = any(${entraIds})`.execute(trx)
  return new Map(rows.map(row => [row.entraId, row]))
}

async function confirmOthers(
  trx: DatabaseTransaction,
  ours: readonly Told[],
  suspects: ReadonlySet<string>
): Promise<void> {
  const present = ours.filter(({ told, object }) => told.removed === undefined && object.exported !== null)
  await confirmEntries(
    trx,
    present.map(({ object }) => object.entryId).filter(id => !suspects.has(id))
  )
}

export async function confirmEntries(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await sql`
    insert into export_confirmation (entry_id, confirmed_at)
    select distinct id, now() from unnest(${[...entryIds]}::uuid[]) as e (id) order by id
    on conflict (entry_id) do update set confirmed_at = excluded.confirmed_at`.execute(trx)
}

async function recordReferences(
  trx: DatabaseTransaction,
  ours: readonly Told[],
  { round, graceSeconds }: ToldPage
): Promise<void> {
  const alive = ours.filter(({ told }) => told.removed === undefined)
  const references = alive.flatMap(({ told, object }) => [
    ...told.added.map(target => ({ source: object.entryId, target, present: true })),
    ...told.removedReferences.map(target => ({ source: object.entryId, target, present: false }))
  ])
  if (round.full) {
    const entryIds = alive.map(({ object }) => object.entryId)
    await seeReferences(trx, { objectType: round.objectType, entryIds, references })
  } else {
    const judged = new Set(alive.filter(({ object }) => isJudged(object)).map(({ object }) => object.entryId))
    const told = references.filter(({ source }) => judged.has(source))
    await tellReferences(trx, { objectType: round.objectType, references: told, graceSeconds })
  }
}

/** Of what is to go, or is not there, the references are nobody's concern. */
function isJudged({ entraState, desiredPresent }: KnownObject): boolean {
  return entraState === 'present' && desiredPresent
}
