import type { ObjectGuid, Problem, StagedObject } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type ClaimedObject, claimStaged } from './claim-staged.ts'
import { type Database, type DatabaseTransaction, transact } from './database.ts'
import type { Decision } from './decision.ts'
import { desireLinks } from './desire-links.ts'
import { desireObjects } from './desire-objects.ts'
import { exportDecisions } from './export-decisions.ts'
import { type Projected, projectEntries } from './project-entries.ts'
import { doubtReferencesTo, rereadReferrersOfMoved } from './reread-sources.ts'
import { handOver, lookAgainAtDuplicates, withoutLostEntries } from './successions.ts'

export interface SynchronisationInput {
  readonly connector: string
  readonly objectGuids: readonly ObjectGuid[]
  readonly runId?: string
  /** Pure: the rules. */
  readonly decide: (staged: StagedObject) => Decision
}

export interface SynchronisationResult {
  readonly synchronised: number
  /** Metaverse entries with something to export now. */
  readonly exportable: readonly string[]
}

/**
 * Takes the staged objects that have news through the rules into the metaverse and the pending exports, in
 * one transaction. Objects that another consumer holds are left to it.
 */
export async function synchronise(
  database: Database,
  input: SynchronisationInput
): Promise<SynchronisationResult> {
  return transact(database, async trx => {
    await lookUpByKey(trx)
    const claimed = await withoutLostEntries(trx, await claimStaged(trx, input.connector, input.objectGuids))
    if (claimed.length === 0) return { synchronised: 0, exportable: [] }

    const all = claimed.map(object => ({ object, decision: input.decide(object) }))
    const projected = await projectEntries(trx, input.connector, all)
    const { decided, passed } = await letGo(trx, input.connector, all, projected.entries)
    const desired = await desireObjects(trx, exportDecisions(decided, projected.entries))
    await markSynchronised(trx, input, decided, projected)
    await lookAgainAtDuplicates(trx, desired.disappeared)
    const returned = livingAgain(decided, projected.entries, desired.appeared)
    await doubtReferencesTo(trx, input.connector, returned)
    await rereadReferrersOfMoved(trx, [...projected.joined, ...gone(decided)])
    const sources = await desireLinks(trx, {
      connector: input.connector,
      claimed: decided.map(({ object }) => object),
      appeared: desired.appeared,
      disappeared: desired.disappeared,
      renewed: [...projected.succeeded, ...passed, ...returnedEntries(decided, projected.entries)]
    })
    return { synchronised: decided.length, exportable: [...new Set([...desired.changed, ...sources])] }
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

interface Decided {
  readonly object: ClaimedObject
  readonly decision: Decision
}

/** Entries of what leaves pass to whoever continues it. An object whose successor is being worked on stays pending. */
async function letGo(
  trx: DatabaseTransaction,
  connector: string,
  decided: readonly Decided[],
  entries: Map<ObjectGuid, string>
): Promise<{ decided: readonly Decided[]; passed: readonly string[] }> {
  const leavers = decided.flatMap(({ object: { objectGuid }, decision }) => {
    const entryId = entries.get(objectGuid)
    return decision.outcome === 'out-of-scope' && entryId !== undefined ? [{ objectGuid, entryId }] : []
  })
  const claimed = decided.map(({ object }) => object)
  const { entryIds, waiting } = await handOver(trx, connector, { leavers, claimed })
  for (const { objectGuid, entryId } of leavers) if (entryIds.has(entryId)) entries.delete(objectGuid)
  return { decided: decided.filter(({ object }) => !waiting.has(object.objectGuid)), passed: [...entryIds] }
}

/** Objects that may have been deleted since the tenant had them. */
function livingAgain(
  decided: readonly Decided[],
  entries: ReadonlyMap<ObjectGuid, string>,
  appeared: readonly string[]
): ObjectGuid[] {
  const now = new Set(appeared)
  return decided
    .filter(({ object }) => object.returned || now.has(entries.get(object.objectGuid) ?? ''))
    .map(({ object }) => object.objectGuid)
}

function gone(decided: readonly Decided[]): ObjectGuid[] {
  return decided.filter(({ object }) => object.deleted).map(({ object }) => object.objectGuid)
}

function returnedEntries(decided: readonly Decided[], entries: ReadonlyMap<ObjectGuid, string>): string[] {
  return decided.flatMap(({ object }) => (object.returned ? (entries.get(object.objectGuid) ?? []) : []))
}

async function markSynchronised(
  trx: DatabaseTransaction,
  input: SynchronisationInput,
  decided: readonly Decided[],
  { entries, elsewhere }: Pick<Projected, 'entries' | 'elsewhere'>
): Promise<void> {
  const done = decided.map(({ object: { objectGuid, revision }, decision }) => ({
    guid: objectGuid,
    revision,
    entry: entries.get(objectGuid) ?? null,
    problem: entries.has(objectGuid) ? null : (elsewhere.get(objectGuid) ?? withoutEntry(decision))
  }))
  await sql`
    with done as (
      select * from jsonb_to_recordset(${JSON.stringify(done)}::jsonb) as r (guid uuid, revision bigint, entry uuid, problem jsonb)
    ), marked as (
      update staged_object s set synchronised_revision = d.revision, entry_id = d.entry,
        problem = nullif(d.problem, 'null')
      from done d where s.connector = ${input.connector} and s.object_guid = d.guid
    )
    insert into journal (connector, object_guid, entry_id, run_id, step, detail)
    select ${input.connector}, guid, entry, ${input.runId ?? null}::uuid, 'synchronised',
      jsonb_build_object('revision', revision)
    from done`.execute(trx)
}

/** Why an object that the rules let through, or could not judge, has no place in the metaverse. */
function withoutEntry(decision: Decision): (Problem & { readonly anchor?: string }) | null {
  if (decision.outcome === 'out-of-scope') return null
  if (decision.outcome === 'failed') return decision.problem
  return {
    code: 'source-anchor-duplicate',
    attribute: 'mS-DS-ConsistencyGuid',
    message: `Another living object has the source anchor ${decision.sourceAnchor}. Give one of the two another one.`,
    // The object is found by it when its turn comes.
    anchor: decision.sourceAnchor
  }
}
