import type { ObjectGuid, Problem, StagedObject } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type ClaimedObject, claimStaged } from './claim-staged.ts'
import { type Database, type DatabaseTransaction, transact } from './database.ts'
import type { Decision } from './decision.ts'
import { desireLinks } from './desire-links.ts'
import { desireObjects } from './desire-objects.ts'
import { exportDecisions } from './export-decisions.ts'
import { projectEntries } from './project-entries.ts'

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
    const claimed = await claimStaged(trx, input.connector, input.objectGuids)
    if (claimed.length === 0) return { synchronised: 0, exportable: [] }

    const decided = claimed.map(object => ({ object, decision: input.decide(object) }))
    const { entries, succeeded } = await projectEntries(trx, decided)
    const desired = await desireObjects(trx, await exportDecisions(trx, decided, entries))
    await markSynchronised(trx, input, decided, entries)
    await lookAgainAtDuplicates(trx, decided)
    const sources = await desireLinks(trx, {
      connector: input.connector,
      claimed,
      appeared: desired.appeared,
      disappeared: desired.disappeared,
      renewed: [...succeeded, ...returnedEntries(claimed, entries)]
    })
    return { synchronised: claimed.length, exportable: [...new Set([...desired.changed, ...sources])] }
  })
}

function returnedEntries(
  claimed: readonly ClaimedObject[],
  entries: ReadonlyMap<ObjectGuid, string>
): string[] {
  return claimed.filter(object => object.returned).flatMap(object => entries.get(object.objectGuid) ?? [])
}

async function markSynchronised(
  trx: DatabaseTransaction,
  input: SynchronisationInput,
  decided: readonly { object: ClaimedObject; decision: Decision }[],
  entryIds: ReadonlyMap<ObjectGuid, string>
): Promise<void> {
  const done = decided.map(({ object: { objectGuid, revision }, decision }) => ({
    guid: objectGuid,
    revision,
    entry: entryIds.get(objectGuid) ?? null,
    problem: entryIds.has(objectGuid) ? null : withoutEntry(decision)
  }))
  await sql`
    with done as (
      select * from jsonb_to_recordset(${JSON.stringify(done)}::jsonb) as r (guid uuid, revision bigint, entry uuid, problem jsonb)
    ), marked as (
      update staged_object s set synchronised_revision = d.revision, entry_id = coalesce(d.entry, s.entry_id),
        problem = nullif(d.problem, 'null')
      from done d where s.connector = ${input.connector} and s.object_guid = d.guid
    )
    insert into journal (connector, object_guid, entry_id, run_id, step, detail)
    select ${input.connector}, guid, entry, ${input.runId ?? null}::uuid, 'synchronised',
      jsonb_build_object('revision', revision)
    from done`.execute(trx)
}

/** Why an object that the rules let through, or could not judge, has no place in the metaverse. */
function withoutEntry(decision: Decision): Problem | null {
  if (decision.outcome === 'out-of-scope') return null
  if (decision.outcome === 'failed') return decision.problem
  return {
    code: 'source-anchor-duplicate',
    attribute: 'mS-DS-ConsistencyGuid',
    message: `Another living object has the source anchor ${decision.sourceAnchor}. Give one of the two another one.`
  }
}

/** An object that was left out for its source anchor may have its turn when the holder of the anchor goes. */
async function lookAgainAtDuplicates(
  trx: DatabaseTransaction,
  decided: readonly { object: ClaimedObject; decision: Decision }[]
): Promise<void> {
  const isGone = decided.some(
    ({ object, decision }) => decision.outcome === 'out-of-scope' && object.entryId !== null
  )
  if (!isGone) return
  await sql`
    update staged_object s set revision = s.revision + 1, staged_at = now()
    from (select object_guid, connector from staged_object
          where problem ->> 'code' = 'source-anchor-duplicate' for update skip locked) waiting
    where s.object_guid = waiting.object_guid and s.connector = waiting.connector`.execute(trx)
}
