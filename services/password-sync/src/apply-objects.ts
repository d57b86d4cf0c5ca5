import type { ObjectGuid } from '@opendirsync/contracts'
import { forgetHashes, type ReplicatedObject } from '@opendirsync/drsr'
import type { KnownPerson, PersonFacts, PersonOutcome, Store } from '@opendirsync/store'
import { decide, type Policy } from './decide/decide.ts'
import { isNewest, mergeFacts, type Told } from './decide/merge-facts.ts'
import { NtHash } from './secrecy/nt-hash.ts'
import type { Candidate, Sender, SendOutcome } from './send/sender.ts'

/** One naming context, and what its passwords go through. */
export interface PasswordRoute {
  readonly connector: string
  readonly namingContext: string
  readonly store: Pick<Store, 'passwords'>
  readonly sender: Sender
  readonly policy: () => Policy
}

/** What objects came to. */
export interface Applied {
  /** The states of all that are people or computers, to be counted. */
  readonly states: readonly PersonOutcome['state'][]
  /** So many were given to the tenant now. */
  readonly sent: number
  /** False: everything is to be read again. */
  readonly isCursorKept: boolean
}

interface Reading {
  /** Of one object in the order in which it was told. */
  readonly objects: readonly ReplicatedObject[]
  /** Each of them is the whole object. */
  readonly isWhole: boolean
  readonly advance?: Parameters<Store['passwords']['record']>[0]['advance']
}

/**
 * Decides on the passwords of objects, sends what is to be sent, and records what became of each, together with the
 * cursor that the page of them leads to. All hashes are overwritten, however it ends.
 *
 * @throws SetupError, UnavailableError, the signal's reason: nothing is recorded then
 */
export async function applyObjects(
  route: PasswordRoute,
  { objects, isWhole, advance }: Reading,
  signal: AbortSignal
): Promise<Applied> {
  try {
    const guids = [...new Set(objects.map(({ objectGuid }) => objectGuid))]
    const known = await route.store.passwords.known(route.connector, guids)
    const cases = gather(objects, known, isWhole)
    const judged = cases.people.map(each => judge(each, route.policy()))
    const candidates = judged.flatMap(({ candidate }) => candidate ?? [])
    const outcomes =
      candidates.length === 0
        ? new Map<ObjectGuid, SendOutcome>()
        : await route.sender.send(candidates, signal)
    const people = judged.map(each =>
      outcomeOf(each, { outcome: outcomes.get(each.facts.objectGuid), isWhole })
    )
    const isCursorKept = await route.store.passwords.record({
      connector: route.connector,
      namingContext: route.namingContext,
      people,
      deleted: cases.deleted,
      ...(advance !== undefined && { advance })
    })
    return {
      states: people.map(({ state }) => state),
      sent: people.filter(({ sent }) => sent !== undefined).length,
      isCursorKept
    }
  } finally {
    forgetHashes(objects)
  }
}

interface Case {
  readonly person: KnownPerson
  readonly facts: PersonFacts
  readonly hash: NtHash | undefined
  /** What it is was never told: it must be read as a whole. */
  readonly isIncomplete: boolean
}

/** What was told of each object in several pieces, as one. */
function gather(
  objects: readonly ReplicatedObject[],
  known: ReadonlyMap<ObjectGuid, KnownPerson>,
  isWhole: boolean
): { people: readonly Case[]; deleted: readonly ObjectGuid[] } {
  const cases = new Map<ObjectGuid, Case>()
  const deleted: ObjectGuid[] = []
  for (const object of objects) {
    const person = known.get(object.objectGuid)
    if (person === undefined) continue
    const one = caseOf(person, object, { before: cases.get(object.objectGuid), isWhole })
    if (one !== undefined) {
      cases.set(object.objectGuid, one)
      continue
    }
    cases.delete(object.objectGuid)
    if (person.facts !== undefined) deleted.push(object.objectGuid)
  }
  return { people: [...cases.values()], deleted }
}

/** @returns undefined for what is no person, or none any more */
function caseOf(
  person: KnownPerson,
  { ntHash, ...object }: ReplicatedObject,
  { before, isWhole }: { before: Case | undefined; isWhole: boolean }
): Case | undefined {
  if (object.deleted) return undefined
  const told = { ...object, hasHash: ntHash !== undefined }
  const facts = mergeFacts(before?.facts ?? person.facts, told, isWhole)
  if (facts === 'no-person') return undefined
  if (facts === 'incomplete')
    return { person, facts: unknownPerson(told), hash: undefined, isIncomplete: true }
  const hash = ntHash !== undefined && isNewest(facts, told) ? new NtHash(ntHash) : before?.hash
  return { person, facts, hash, isIncomplete: before?.isIncomplete ?? false }
}

/** Stands in until the object is read as a whole, which is at once. */
function unknownPerson({ objectGuid, dn }: Told): PersonFacts {
  return {
    ...{ objectGuid, dn, objectClass: 'user', userAccountControl: 2, mustChange: false },
    ...{ passwordSetAt: null, selection: null, version: null }
  }
}

interface Judged {
  readonly facts: PersonFacts
  readonly person: KnownPerson
  /** When nothing is sent now. */
  readonly state: PersonOutcome['state']
  readonly candidate: Candidate | undefined
}

function judge({ person, facts, hash, isIncomplete }: Case, policy: Policy): Judged {
  const decision = decide(facts, person, policy)
  if (!isIncomplete && decision.what === 'send' && hash !== undefined) {
    const { sourceAnchor, sending } = decision
    // A password that was not tried before has all its chances.
    const attempts = person.state === 'retry' ? person.attempts : 0
    const candidate = { objectGuid: facts.objectGuid, sourceAnchor, sending, hash, attempts }
    return { facts, person, state: 'pending', candidate }
  }
  hash?.forget()
  const state = isIncomplete || decision.what === 'send' ? 'pending' : decision.state
  return { facts, person, state, candidate: undefined }
}

/** A controller that does not have the newest password yet is asked again a little later. */
const laggingMs = 5_000

function outcomeOf(
  { facts, person, state }: Judged,
  { outcome, isWhole }: { outcome: SendOutcome | undefined; isWhole: boolean }
): PersonOutcome {
  const { asked, answered: before, attempts } = person
  if (outcome !== undefined)
    return { facts, ...outcome, asked, answered: outcome.state === 'sent' ? asked : before }
  if (state !== 'pending') return { facts, state, attempts: 0, asked, answered: asked }
  return { facts, state, attempts, dueInMs: isWhole ? laggingMs : 0, asked, answered: before }
}
