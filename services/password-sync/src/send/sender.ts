import type { ObjectGuid } from '@opendirsync/contracts'
import type { PersonOutcome, SentPassword, Store } from '@opendirsync/store'
import type { Credential, CredentialOutcome, SyncService } from '@opendirsync/sync-service'
import type { Derivation } from '../derive/derivation.ts'
import type { NtHash } from '../secrecy/nt-hash.ts'
import { retryDelayMs } from './retry-delay.ts'

/** One password that is to be in the tenant. */
export interface Candidate {
  readonly objectGuid: ObjectGuid
  readonly sourceAnchor: string
  readonly sending: SentPassword
  readonly hash: NtHash
  /** Tries so far. */
  readonly attempts: number
}

/** What became of one of them. */
export type SendOutcome = Pick<PersonOutcome, 'state' | 'sent' | 'attempts' | 'problem' | 'dueInMs'>

export interface Sender {
  /**
   * One outcome for each. The hashes, and all that is derived from them, are overwritten, however it ends.
   * @throws SetupError when none can be sent until a person acts; the signal's reason
   */
  send(candidates: readonly Candidate[], signal: AbortSignal): Promise<Map<ObjectGuid, SendOutcome>>
}

interface SenderParts {
  readonly store: Pick<Store, 'passwords'>
  readonly derivation: Derivation
  readonly service: Pick<SyncService, 'provisionCredentials'>
  /** Whether this process never sends, whatever the API has set. */
  readonly isStaging: boolean
}

export function createSender({ store, derivation, service, isStaging }: SenderParts): Sender {
  // The service asks for a pause of everything, not of one person.
  let pausedUntilMs = Number.NEGATIVE_INFINITY

  async function provision(
    candidates: readonly Candidate[],
    signal: AbortSignal
  ): Promise<Map<ObjectGuid, SendOutcome>> {
    const derived = await derivation.derive(candidates.map(({ hash }) => hash))
    const credentials = candidates.map(({ sourceAnchor, sending }, position): Credential => {
      const credentialData = derived[position]
      if (credentialData === undefined) throw new Error('Fewer texts were derived than hashes given.')
      return {
        sourceAnchor,
        credentialData,
        changeDate: sending.version.at,
        forcePasswordChangeOnLogon: sending.forced
      }
    })
    const told = await service.provisionCredentials(credentials, signal)
    const outcomes = new Map<ObjectGuid, SendOutcome>()
    for (const candidate of candidates) {
      const outcome = told.get(candidate.sourceAnchor) ?? silence
      if (outcome.result === 'later' && outcome.cause === 'throttled')
        pausedUntilMs = Math.max(pausedUntilMs, performance.now() + outcome.retryAfterMs)
      outcomes.set(candidate.objectGuid, outcomeOf(candidate, outcome))
    }
    return outcomes
  }

  return {
    async send(candidates, signal) {
      try {
        signal.throwIfAborted()
        const pauseMs = pausedUntilMs - performance.now()
        if (pauseMs > 0) return all(candidates, paused(pauseMs))
        if (isStaging) return all(candidates, staging)
        return (
          (await store.passwords.unlessStaging(() => provision(candidates, signal))) ??
          all(candidates, staging)
        )
      } finally {
        for (const { hash } of candidates) hash.forget()
      }
    }
  }
}

const silence: CredentialOutcome = {
  result: 'later',
  reason: 'The synchronization service told nothing of this person.',
  retryAfterMs: 5_000
}

const staging = ({ attempts }: Candidate): SendOutcome => ({ state: 'staging', attempts })

function paused(pauseMs: number): (candidate: Candidate) => SendOutcome {
  return ({ attempts }) => ({
    state: 'retry',
    attempts,
    problem: {
      code: 'sync-service-throttled',
      message: 'The synchronization service has asked for a pause.'
    },
    dueInMs: Math.ceil(pauseMs)
  })
}

function all(
  candidates: readonly Candidate[],
  outcome: (candidate: Candidate) => SendOutcome
): Map<ObjectGuid, SendOutcome> {
  return new Map(candidates.map(candidate => [candidate.objectGuid, outcome(candidate)]))
}

function outcomeOf({ sending, attempts: before }: Candidate, outcome: CredentialOutcome): SendOutcome {
  const attempts = before + 1
  if (outcome.result === 'written') return { state: 'sent', sent: sending, attempts: 0 }
  if (outcome.result === 'refused')
    return { state: 'refused', attempts, problem: { code: outcome.code, message: outcome.message } }
  const code = `sync-service-${outcome.cause ?? 'unanswered'}`
  return {
    state: 'retry',
    attempts,
    problem: { code, message: outcome.reason },
    dueInMs: retryDelayMs(outcome, attempts)
  }
}
