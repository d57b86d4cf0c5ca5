import type { ObjectGuid } from '@opendirsync/contracts'
import { type Database, transact } from '../database.ts'
import { holdExportMode, type ModeReader } from '../export-mode.ts'
import { compareAccounts, duePeople, wakeArrived, wakeWaiting } from './due-people.ts'
import { knownPeople } from './known-people.ts'
import {
  countPasswords,
  listPasswords,
  type PasswordFilter,
  type PersonPassword,
  readPassword,
  requestResync
} from './password-list.ts'
import type { PasswordState } from './password-states.ts'
import type { KnownPerson } from './person.ts'
import {
  beginPosition,
  dropCursor,
  type PasswordFeatures,
  type PasswordPosition,
  type PositionKey,
  type PositionState,
  readPositions,
  recordHeartbeat,
  recordProblem
} from './positions.ts'
import { type PasswordOutcomes, recordOutcomes } from './record-outcomes.ts'

/** Which password of whom the tenant has, and how far they were read. No hash, and nothing derived from one. */
export interface Passwords {
  position(key: PositionKey): Promise<PasswordPosition>
  dropCursor(key: PositionKey): Promise<void>
  heartbeat(key: PositionKey, features: PasswordFeatures): Promise<void>
  /** What keeps the service from working; undefined: nothing any more. */
  problem(
    key: PositionKey,
    problem: { readonly code: string; readonly message: string } | undefined
  ): Promise<void>
  /** All that decides on the passwords of these objects; one for each, known or not. */
  known(connector: string, objectGuids: readonly ObjectGuid[]): Promise<Map<ObjectGuid, KnownPerson>>
  /**
   * All in one transaction.
   * @returns false when everything is to be read again meanwhile: the outcomes are kept, the cursor is not
   */
  record(outcomes: PasswordOutcomes): Promise<boolean>
  /** Those whose password is to be read and sent now. */
  due(which: { readonly connector: string; readonly limit: number }): Promise<ObjectGuid[]>
  /** Who has waited for an account in the tenant, and has one, is due now. @returns how many */
  wakeArrived(connector: string): Promise<number>
  /** Looks at everybody whose state is about the account: for now and then. @returns how many are due now */
  compareAccounts(connector: string): Promise<number>
  /** @returns how many are due now */
  wakeWaiting(connector: string, state: 'staging' | 'must-change'): Promise<number>
  /**
   * Does work that writes to the tenant, unless staging mode is on. Whoever switches to staging mode waits until it has
   * ended. Undefined: staging mode, nothing was done.
   */
  unlessStaging<Result>(work: () => Promise<Result>): Promise<Result | undefined>
  list(filter: PasswordFilter): Promise<{ items: PersonPassword[]; next?: string }>
  read(objectGuid: ObjectGuid): Promise<PersonPassword[]>
  summary(): Promise<{ states: { state: PasswordState; people: number }[]; positions: PositionState[] }>
  /** Has passwords read and sent again, whatever the tenant has. @returns of how many people */
  resync(which: Parameters<typeof requestResync>[1]): Promise<number>
}

export function passwords(database: Database, mode: ModeReader): Passwords {
  return {
    position: key => beginPosition(database, key),
    dropCursor: key => dropCursor(database, key),
    heartbeat: (key, features) => recordHeartbeat(database, key, features),
    problem: (key, problem) => recordProblem(database, key, problem),
    known: (connector, objectGuids) => knownPeople(database, connector, objectGuids),
    record: outcomes => recordOutcomes(database, outcomes),
    due: which => duePeople(database, which),
    wakeArrived: connector => wakeArrived(database, connector),
    compareAccounts: connector => compareAccounts(database, connector),
    wakeWaiting: (connector, state) => wakeWaiting(database, connector, state),
    unlessStaging: work =>
      transact(database, async trx => ((await holdExportMode(trx, mode)) === 'staging' ? undefined : work())),
    list: filter => listPasswords(database, filter),
    read: objectGuid => readPassword(database, objectGuid),
    summary: async () => ({
      states: await countPasswords(database),
      positions: await readPositions(database)
    }),
    resync: which => requestResync(database, which)
  }
}
