import type { Inspector, ObjectGuid, Problem, Rules } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { claimStaged } from './claim-staged.ts'
import { claimValues, type Woken, wakeWaiting } from './claim-values.ts'
import { companionsOf, rankOf } from './companions.ts'
import { type Database, type DatabaseTransaction, transact } from './database.ts'
import { type Decided, decideEntries } from './decide-entries.ts'
import { desireLinks } from './desire-links.ts'
import { desireObjects } from './desire-objects.ts'
import { exportDecisions } from './export-decisions.ts'
import { storedKeys } from './joins.ts'
import { type Placement, placeObjects } from './place-objects.ts'
import { updateReadiness } from './readiness/update-readiness.ts'
import { doubtReferencesTo, rereadReferrersOfMoved } from './reread-sources.ts'
import { holdRules } from './rules/hold-rules.ts'
import { handOver, lookAgainAtDuplicates, withoutLostEntries } from './successions.ts'
import { writeEntries } from './write-entries.ts'

export interface SynchronisationInput {
  readonly connector: string
  readonly objectGuids: readonly ObjectGuid[]
  readonly runId?: string
  readonly rules: Rules
  /** The revision of the rules in force that these are. Absent: it is not looked at. */
  readonly rulesRevision?: number
  /** The checks of readiness. Absent: what is known of them stays. */
  readonly inspector?: Inspector
}

export interface SynchronisationResult {
  readonly synchronised: number
  /** Metaverse entries with something to export now. */
  readonly exportable: readonly string[]
  /** Objects that have news now because these have given something up. */
  readonly woken: readonly Woken[]
}

/**
 * Takes the staged objects that have news through the rules into the metaverse and the pending exports, in
 * one transaction. Objects that another consumer holds are left to it.
 *
 * @throws RulesChangedError when other rules are in force than these
 */
export async function synchronise(
  database: Database,
  input: SynchronisationInput
): Promise<SynchronisationResult> {
  return transact(database, async trx => {
    await lookUpByKey(trx)
    if (input.rulesRevision !== undefined) await holdRules(trx, input.rulesRevision)
    const claimed = await withoutLostEntries(trx, await claimStaged(trx, input.connector, input.objectGuids))
    if (claimed.length === 0) return { synchronised: 0, exportable: [], woken: [] }

    const judged = claimed.map(object => ({ object, judgement: input.rules.judge(object) }))
    const placement = await placeObjects(trx, input.connector, judged)
    const { decided, passed } = await letGo(trx, input.connector, await decide(trx, input, placement))
    const { decisions, unclaimed, released } = await claimValues(trx, exportDecisions(decided))
    await writeEntries(trx, decided, unclaimed)
    const desired = await desireObjects(trx, decisions)
    await markSynchronised(trx, input, decided, placement)
    await lookAgainAtDuplicates(trx, desired.disappeared)
    const woken = await wakeWaiting(trx, released)
    const returned = livingAgain(decided, desired.appeared)
    await doubtReferencesTo(trx, input.connector, returned)
    await rereadReferrersOfMoved(trx, [...placement.placed, ...gone(decided)])
    const sources = await desireLinks(trx, {
      connector: input.connector,
      claimed: decided.map(({ object }) => object),
      appeared: desired.appeared,
      disappeared: desired.disappeared,
      renewed: [...placement.renewed, ...passed, ...returnedOrParted(decided)]
    })
    if (input.inspector !== undefined) await updateReadiness(trx, decided, input.inspector)
    const exportable = [...new Set([...desired.changed, ...sources])]
    return { synchronised: decided.length, exportable, woken }
  })
}

/**
 * Every statement of a synchronisation is about a few rows, and finds them by their keys. The planner counts on
 * averages: with one group of 250,000 among small ones it would expect thousands, read whole tables, and compile the statement first.
 */
async function lookUpByKey(trx: DatabaseTransaction): Promise<void> {
  await sql`select set_config(name, 'off', true)
    from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) as name`.execute(trx)
}

/** With everything that is joined to the same entries. */
async function decide(
  trx: DatabaseTransaction,
  { connector, rules }: SynchronisationInput,
  { judged }: Placement
): Promise<Decided[]> {
  const entryIds = judged.flatMap(({ object }) => object.entryId ?? [])
  const companions = await companionsOf(trx, connector, entryIds, staged => rules.judge(staged))
  const rank = companions.size === 0 ? 0 : await rankOf(trx, connector)
  const project: Rules['project'] = (contributors, anchor) => rules.project(contributors, anchor)
  return decideEntries(judged, { companions, rank, project })
}

/** Entries of what leaves pass to whoever continues it. An object whose successor is being worked on stays pending. */
async function letGo(
  trx: DatabaseTransaction,
  connector: string,
  decided: readonly Decided[]
): Promise<{ decided: readonly Decided[]; passed: readonly string[] }> {
  const leavers = decided.flatMap(({ object: { objectGuid, entryId, joinedBy }, decision }) =>
    decision?.outcome === 'out-of-scope' && entryId !== null && joinedBy === null
      ? [{ objectGuid, entryId }]
      : []
  )
  const claimed = decided.map(({ object }) => object)
  const { entryIds, waiting } = await handOver(trx, connector, { leavers, claimed })
  const givenAway = new Set(
    leavers.flatMap(({ objectGuid, entryId }) => (entryIds.has(entryId) ? [objectGuid] : []))
  )
  return {
    decided: decided.flatMap(item => {
      if (waiting.has(item.object.objectGuid)) return []
      return givenAway.has(item.object.objectGuid)
        ? { ...item, object: { ...item.object, entryId: null }, decision: undefined }
        : item
    }),
    passed: [...entryIds]
  }
}

/** Objects that may have been deleted since the tenant had them. */
function livingAgain(decided: readonly Decided[], appeared: readonly string[]): ObjectGuid[] {
  const now = new Set(appeared)
  return decided
    .filter(({ object }) => object.returned || now.has(object.entryId ?? ''))
    .map(({ object }) => object.objectGuid)
}

function gone(decided: readonly Decided[]): ObjectGuid[] {
  return decided.filter(({ object }) => object.deleted).map(({ object }) => object.objectGuid)
}

function returnedOrParted(decided: readonly Decided[]): string[] {
  return decided.flatMap(({ object, parted }) => (object.returned || parted ? (object.entryId ?? []) : []))
}

async function markSynchronised(
  trx: DatabaseTransaction,
  input: SynchronisationInput,
  decided: readonly Decided[],
  { refused }: Placement
): Promise<void> {
  const done = decided.map(({ object, judgement, parted }) => ({
    guid: object.objectGuid,
    revision: object.revision,
    entry: parted ? null : object.entryId,
    joined: parted || object.entryId === null ? null : object.joinedBy,
    keys: judgement.outcome === 'in-scope' ? storedKeys(judgement) : [],
    problem: object.entryId !== null && !parted ? null : withoutEntry(object.objectGuid, judgement, refused)
  }))
  await sql`
    with done as (
      select * from jsonb_to_recordset(${JSON.stringify(done)}::jsonb)
        as r (guid uuid, revision bigint, entry uuid, joined text, keys text[], problem jsonb)
    ), marked as (
      update staged_object s set synchronised_revision = d.revision, entry_id = d.entry, joined_by = d.joined,
        join_keys = nullif(d.keys, '{}'), problem = nullif(d.problem, 'null')
      from done d where s.connector = ${input.connector} and s.object_guid = d.guid
    )
    insert into journal (connector, object_guid, entry_id, run_id, step, detail)
    select ${input.connector}, guid, entry, ${input.runId ?? null}::uuid, 'synchronised',
      jsonb_strip_nulls(jsonb_build_object('revision', revision, 'joinedBy', joined))
    from done`.execute(trx)
}

/** Why an object that the rules let through, or could not judge, has no place in the metaverse. */
function withoutEntry(
  objectGuid: ObjectGuid,
  judgement: Decided['judgement'],
  refused: Placement['refused']
): Problem | null {
  if (judgement.outcome === 'failed') return judgement.problem
  return judgement.outcome === 'out-of-scope' ? null : (refused.get(objectGuid) ?? null)
}
