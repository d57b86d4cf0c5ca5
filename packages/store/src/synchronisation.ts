import type { Inspector, ObjectGuid, Rules } from '@opendirsync/contracts'
import { type Woken, wakeWaiting } from './awaited-values.ts'
import { claimStaged } from './claim-staged.ts'
import { claimValues } from './claim-values.ts'
import { companionsOf, rankOf } from './companions.ts'
import { type Database, type DatabaseTransaction, lookUpByKey, transact } from './database.ts'
import { type Decided, decideEntries } from './decide-entries.ts'
import { desireLinks } from './desire-links.ts'
import { desireObjects } from './desire-objects.ts'
import { exportDecisions } from './export-decisions.ts'
import { markSynchronised } from './mark-synchronised.ts'
import { type Placement, placeObjects } from './place-objects.ts'
import { updateReadiness } from './readiness/update-readiness.ts'
import { doubtReferencesTo, rereadReferrersOfMoved } from './reread-sources.ts'
import { holdRules } from './rules/hold-rules.ts'
import { handOver, lookAgainAtDuplicates, withoutLostEntries } from './successions.ts'
import { isUrgent } from './urgent.ts'
import { wakeWaitingToJoin } from './wake-joins.ts'
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
  /** Those of them that take access away from somebody. */
  readonly urgent: readonly string[]
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
    if (claimed.length === 0) return { synchronised: 0, exportable: [], urgent: [], woken: [] }

    const judged = claimed.map(object => ({ object, judgement: input.rules.judge(object) }))
    const placement = await placeObjects(trx, input.connector, judged)
    const { decided, passed } = await letGo(trx, input.connector, await decide(trx, input, placement))
    const { decisions, unclaimed, released } = await claimValues(
      trx,
      exportDecisions(decided),
      decided.flatMap(({ object, decision }) => (decision === undefined ? [] : (object.entryId ?? [])))
    )
    await writeEntries(trx, decided, unclaimed)
    const desired = await desireObjects(trx, decisions)
    const { connector, runId } = input
    const { refused } = placement
    const marks = await markSynchronised(trx, decided, {
      connector,
      ...(runId && { runId }),
      refused
    })
    await lookAgainAtDuplicates(trx, desired.disappeared)
    const woken = [...(await wakeWaiting(trx, released)), ...(await wakeWaitingToJoin(trx, marks))]
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
    if (input.inspector !== undefined) {
      await updateReadiness(trx, decided, { inspector: input.inspector, rules: input.rules })
    }
    const exportable = [...new Set([...desired.changed, ...sources])]
    return {
      synchronised: decided.length,
      exportable,
      urgent: decisions.filter(isUrgent).map(({ entryId }) => entryId),
      woken: [...woken, ...partedInScope(connector, decided)]
    }
  })
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

/** They have news still: they are placed anew. */
function partedInScope(connector: string, decided: readonly Decided[]): Woken[] {
  return decided.flatMap(({ object: { objectGuid }, judgement, parted }) =>
    parted && judgement.outcome === 'in-scope' ? [{ connector, objectGuid }] : []
  )
}
