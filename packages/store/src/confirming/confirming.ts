import type { ConfirmedType, Drift, ObjectRead } from '@opendirsync/contracts'
import type { Database } from '../database.ts'
import { acceptDrift, type DriftDecision, putBackDrift } from './decide-drift.ts'
import { type DriftFilter, type DriftSummary, listDrift, readDrift, summariseDrift } from './drift-list.ts'
import { type Judged, type JudgeInput, judgeObjects } from './judge-objects.ts'
import { judgeReferences } from './judge-references.ts'
import { beginRound, type ConfirmingRound, resyncRound } from './rounds.ts'
import { settleDrift } from './settle.ts'
import { dueSuspects, putOffSuspects, type Suspect } from './suspects.ts'
import { recordPage, type ToldPage } from './told-page.ts'
import {
  decideVanished,
  type PutBackVanished,
  putBackVanished,
  type VanishedDecided,
  type VanishedThreshold
} from './vanished.ts'

/** What the tenant tells of itself after it was written, and what is done where it is not as it was written. */
export interface Confirming {
  /** Before each reading. `putsBack`: what was only reported so far is looked at again. */
  settle(putsBack: boolean): Promise<void>
  /** Undefined while the tenant has nothing of ours. */
  begin(objectType: ConfirmedType): Promise<ConfirmingRound | undefined>
  /** False: another process goes on. */
  page(page: ToldPage): Promise<boolean>
  /** The next round tells of everything. */
  resync(objectType: ConfirmedType): Promise<void>
  suspects(limit: number): Promise<Suspect[]>
  /** They could not be read now. */
  putOff(entryIds: readonly string[], seconds: number): Promise<void>
  judge(
    suspects: readonly { readonly suspect: Suspect; readonly read: ObjectRead }[],
    input: JudgeInput
  ): Promise<Judged>
  /** Puts back what has vanished, or holds it when it is too much. After all suspects were judged. */
  decideVanished(threshold: VanishedThreshold): Promise<VanishedDecided>
  /** Undefined when there are none whose time has come. */
  judgeReferences(limit: number, input: JudgeInput): Promise<Judged | undefined>
}

/** What is open of all that was not as it was written. */
export interface DriftRecords {
  list(filter: DriftFilter): Promise<{ items: Drift[]; next?: number }>
  read(id: number): Promise<Drift | undefined>
  summary(): Promise<DriftSummary>
  putBack(id: number, by: string): Promise<DriftDecision>
  /** All that is held, when there are as many as expected. */
  putBackVanished(expected: number, by: string): Promise<PutBackVanished>
  accept(id: number, by: string): Promise<DriftDecision>
}

export function confirming(database: Database): Confirming {
  return {
    settle: putsBack => settleDrift(database, putsBack),
    begin: objectType => beginRound(database, objectType),
    page: page => recordPage(database, page),
    resync: objectType => resyncRound(database, objectType),
    suspects: limit => dueSuspects(database, limit),
    putOff: (entryIds, seconds) => putOffSuspects(database, entryIds, seconds),
    judge: (suspects, input) => judgeObjects(database, suspects, input),
    decideVanished: threshold => decideVanished(database, threshold),
    judgeReferences: (limit, input) => judgeReferences(database, limit, input)
  }
}

export function driftRecords(database: Database): DriftRecords {
  return {
    list: filter => listDrift(database, filter),
    read: id => readDrift(database, id),
    summary: () => summariseDrift(database),
    putBack: (id, by) => putBackDrift(database, id, by),
    putBackVanished: (expected, by) => putBackVanished(database, expected, by),
    accept: (id, by) => acceptDrift(database, id, by)
  }
}
