import type { AttributeRecord, EntraState, ObjectRead } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import { exportIsPending } from '../export-conditions.ts'
import { differences, sameValue } from './compare.ts'
import { takeAsExported, takeAsState } from './put-back.ts'
import { type Finding, recordDrift } from './record-drift.ts'
import { addSuspects, dropSuspects, putOffSuspects, readAgain, type Suspect, writtenAt } from './suspects.ts'
import { confirmEntries } from './told-page.ts'

export interface JudgeInput {
  /** False: what is found is told and stays. */
  readonly putsBack: boolean
  readonly graceSeconds: number
}

/** What has become of suspects. */
export interface Judged {
  /** Entries of which the exporter has something to write. */
  readonly exportable: readonly string[]
  readonly drift: number
}

interface HeldObject {
  readonly entryId: string
  readonly entraState: EntraState
  readonly exported: AttributeRecord | null
  readonly desired: AttributeRecord
  readonly desiredPresent: boolean
  readonly refusedAttribute: string | null
  readonly writtenAt: string | null
  readonly pending: boolean
  /** It was told long enough ago for an answer that contradicts it to be of now. */
  readonly isSettled: boolean
  /** The same for an answer that it is not in the bin either. */
  readonly isLongGone: boolean
}

/** What is known of one suspect when it has been read. */
interface Verdict {
  readonly findings: readonly Finding[]
  /** The tenant has what we are about to write: somebody was faster. */
  readonly already: AttributeRecord
  /** Attributes that are as they were written. */
  readonly agreeing: readonly string[]
  /** It is gone, as it is meant to be. */
  readonly isDeleted?: 'deleted' | 'absent'
}

/** Set once, at creation: writing another one is no way back. */
const anchors = new Set(['onPremisesImmutableId', 'uniqueName'])

/** So long a suspect waits that an exporter holds. */
const putOffSeconds = 5

/**
 * Judges suspects by what they were just read as. Whom an exporter holds, or has written since, stays a suspect; and so
 * does whom an answer speaks of that may be older than what was told. A vanished one waits for `decideVanished`.
 */
export function judgeObjects(
  database: Database,
  suspects: readonly { readonly suspect: Suspect; readonly read: ObjectRead }[],
  { putsBack, graceSeconds }: JudgeInput
): Promise<Judged> {
  return transact(database, async trx => {
    const reads = new Map(suspects.map(({ suspect, read }) => [suspect.entryId, { suspect, read }]))
    const held = await hold(trx, [...reads.keys()], graceSeconds)
    const looked = held.flatMap((object): Looked[] => {
      const known = reads.get(object.entryId)
      if (known === undefined || known.suspect.writtenAt !== object.writtenAt) return []
      return [{ object, read: known.read, verdict: verdictOn(object, known.read) }]
    })
    const judged = looked.filter(each => !mayBeOld(each))
    await dropSuspects(trx, idsOf(judged))
    const old = looked.filter(mayBeOld)
    const gone = idsOf(old.filter(({ read }) => read.state === 'gone'))
    await readAgain(trx, idsOf(old), { gone, graceSeconds })
    const lookedIds = new Set(idsOf(looked))
    const heldIds = new Set(held.map(({ entryId }) => entryId))
    const written = [...heldIds].filter(id => !lookedIds.has(id))
    await addSuspects(trx, written, graceSeconds)
    const passedOver = [...reads.keys()].filter(id => !heldIds.has(id))
    await putOffSuspects(trx, passedOver, putOffSeconds)
    await endAgreeing(trx, judged)
    const decided = await recordDrift(
      trx,
      judged.flatMap(({ verdict }) => verdict.findings),
      putsBack
    )
    const putBack = decided.filter(({ action }) => action === 'put-back')
    await takeAsExported(trx, seenAttributes(putBack))
    await takeAsExported(
      trx,
      judged.flatMap(({ object, verdict }) =>
        Object.keys(verdict.already).length === 0
          ? []
          : [{ entryId: object.entryId, attributes: verdict.already }]
      )
    )
    await takeAsState(trx, putBack.flatMap(stateSeen))
    await confirmDeleted(trx, judged)
    const news = new Set(putBack.map(({ entryId }) => entryId))
    // Who was pending may just have been passed over by an exporter, because the row was held here.
    const exportable = held.filter(({ pending, entryId }) => pending || news.has(entryId))
    return { exportable: exportable.map(({ entryId }) => entryId), drift: decided.length }
  })
}

interface Looked {
  readonly object: HeldObject
  readonly read: ObjectRead
  readonly verdict: Verdict
}

function idsOf(looked: readonly Looked[]): string[] {
  return looked.map(({ object }) => object.entryId)
}

/**
 * Graph answers from many servers. One that does not show what was just told may not know of it yet, and what is in
 * neither place may only be on its way to the bin.
 */
function mayBeOld({ object, read, verdict }: Looked): boolean {
  if (read.state === 'gone') return !object.isLongGone
  const isNothing =
    verdict.findings.length === 0 &&
    verdict.isDeleted === undefined &&
    Object.keys(verdict.already).length === 0
  return isNothing && !object.isSettled
}

/** Another process may have judged some of them: those are no suspects any more. */
async function hold(
  trx: DatabaseTransaction,
  entryIds: readonly string[],
  graceSeconds: number
): Promise<HeldObject[]> {
  const { rows } = await sql<HeldObject>`
    select s.entry_id as "entryId", s.entra_state as "entraState", s.exported, o.desired,
      o.desired_present as "desiredPresent", s.problem ->> 'attribute' as "refusedAttribute",
      ${writtenAt}::text as "writtenAt", ${exportIsPending} as pending,
      d.doubted_at + make_interval(secs => ${graceSeconds}) <= clock_timestamp() as "isSettled",
      coalesce(d.gone_at, clock_timestamp()) + make_interval(secs => ${graceSeconds}) <= clock_timestamp() as "isLongGone"
    from export_state s join export_object o using (entry_id) join drift_suspect d using (entry_id)
    where s.entry_id = any(${entryIds}) order by s.entry_id for update of s, d skip locked`.execute(trx)
  return rows
}

function verdictOn(object: HeldObject, read: ObjectRead): Verdict {
  const nothing: Verdict = { findings: [], already: {}, agreeing: [] }
  if (read.state !== 'present') {
    if (object.entraState !== 'present') return nothing
    const state = stateOf(read.state)
    if (!object.desiredPresent) return { ...nothing, isDeleted: state }
    return { ...nothing, findings: [whole(object, 'vanished', state)] }
  }
  if (object.entraState !== 'present') {
    const isReturned = !object.desiredPresent && object.entraState === 'deleted'
    return isReturned
      ? { ...nothing, findings: [{ ...whole(object, 'returned', 'present'), mayPutBack: false }] }
      : nothing
  }
  return object.exported === null ? nothing : valuesVerdict(object, object.exported, read.attributes)
}

function valuesVerdict(
  { entryId, desired, desiredPresent, refusedAttribute }: HeldObject,
  exported: AttributeRecord,
  found: AttributeRecord
): Verdict {
  const refused = refusedAttribute === null ? [] : [refusedAttribute]
  // An attribute that was first written while the object was read is not in the answer.
  const different = differences({ exported, found, whole: false, refused })
  const isMeant = (attribute: string, value: unknown) =>
    desiredPresent &&
    attribute in desired &&
    sameValue(attribute, desired[attribute], value as AttributeRecord[string])
  const already = different.filter(
    each => !anchors.has(each.attribute) && isMeant(each.attribute, each.found)
  )
  // Of who is to be deleted only one thing matters until then: that the account stays disabled.
  const matters = ({ attribute, expected }: (typeof different)[number]) =>
    desiredPresent || (attribute === 'accountEnabled' && expected === false)
  const strange = different.filter(each => !already.includes(each) && matters(each))
  const names = new Set(different.map(({ attribute }) => attribute))
  return {
    already: Object.fromEntries(already.map(each => [each.attribute, each.found])),
    agreeing: [
      ...Object.keys(exported).filter(name => !names.has(name)),
      ...already.map(({ attribute }) => attribute)
    ],
    findings: strange.map(({ attribute, expected, found: value }) => ({
      entryId,
      kind: 'attribute',
      attribute,
      targetEntraId: null,
      targetEntry: null,
      expected,
      found: value,
      mayPutBack: !anchors.has(attribute)
    }))
  }
}

function whole({ entryId }: HeldObject, kind: 'vanished' | 'returned', found: string): Finding {
  const expected = kind === 'vanished' ? 'present' : 'deleted'
  const nothing = { attribute: null, targetEntraId: null, targetEntry: null }
  return { entryId, kind, ...nothing, expected, found, mayPutBack: true }
}

function stateOf(state: 'deleted' | 'gone'): 'deleted' | 'absent' {
  return state === 'deleted' ? 'deleted' : 'absent'
}

function seenAttributes(findings: readonly Finding[]) {
  const seen = new Map<string, AttributeRecord>()
  for (const { kind, entryId, attribute, found } of findings) {
    if (kind === 'attribute' && attribute !== null)
      seen.set(entryId, { ...seen.get(entryId), [attribute]: found })
  }
  return Array.from(seen, ([entryId, attributes]) => ({ entryId, attributes }))
}

function stateSeen({ kind, entryId, found }: Finding): { entryId: string; state: EntraState }[] {
  if (kind !== 'vanished') return []
  return [{ entryId, state: found === 'deleted' ? 'deleted' : 'absent' }]
}

/** What was told of them before has come right by itself. What was put back ends when the exporter has written. */
async function endAgreeing(trx: DatabaseTransaction, judged: readonly Looked[]): Promise<void> {
  if (judged.length === 0) return
  const records = judged.map(({ object, verdict, read }) => ({
    id: object.entryId,
    names: verdict.agreeing,
    there: read.state === 'present'
  }))
  await sql`
    update drift d set ended_at = now()
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (id uuid, names text[], there boolean)
    where d.entry_id = r.id and d.ended_at is null and d.action <> 'put-back' and (
      (d.kind = 'attribute' and d.attribute = any(r.names))
      or (d.kind = 'vanished' and r.there) or (d.kind = 'returned' and not r.there))`.execute(trx)
  const right = judged.filter(
    ({ verdict, read, object }) =>
      verdict.findings.length === 0 && read.state === 'present' && object.exported !== null
  )
  await confirmEntries(
    trx,
    right.map(({ object }) => object.entryId)
  )
}

/** Somebody has deleted what we were about to delete: there is nothing left to write. */
async function confirmDeleted(trx: DatabaseTransaction, judged: readonly Looked[]): Promise<void> {
  const records = judged.flatMap(({ object, verdict }) =>
    verdict.isDeleted === undefined ? [] : [{ id: object.entryId, state: verdict.isDeleted }]
  )
  if (records.length === 0) return
  await sql`
    with gone as (
      select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (id uuid, state text)
    ), state as (
      update export_state s set entra_state = g.state, problem = null, problem_since = null, refused_at = null
      from gone g where s.entry_id = g.id
    ), object as (
      update export_object o set exported_revision = o.desired_revision from gone g
      where o.entry_id = g.id and not o.desired_present
    )
    insert into journal (entry_id, step, detail)
    select id, 'drift', jsonb_build_object('kind', 'vanished', 'action', 'as-desired') from gone`.execute(trx)
}
