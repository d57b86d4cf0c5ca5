import type { Logger } from '@opendirsync/runtime'
import type { PasswordFeatures, Store } from '@opendirsync/store'
import type { SyncService } from '@opendirsync/sync-service'
import type { PasswordRoute } from './apply-objects.ts'

const everyMs = 30 * 60_000

interface HeartbeatParts {
  readonly route: Pick<PasswordRoute, 'connector' | 'namingContext'>
  readonly store: Pick<Store, 'passwords'>
  readonly service: Pick<SyncService, 'check'>
  readonly log: Logger
}

/** Asks the tenant now and then whether it takes hashes, and what it has switched on. */
export class Heartbeat {
  readonly #parts: HeartbeatParts
  #features: PasswordFeatures | undefined
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
  }

  /** As last told. */
  get forcesChange(): boolean {
    return this.#features?.forcePasswordChange === true
  }

  /** Does nothing before it is time for the next one. @throws SetupError, ThrottledError, UnavailableError */
  async beatWhenDue(): Promise<void> {
    if (performance.now() >= this.#nextMs) await this.beat()
  }

  async beat(): Promise<void> {
    const { route, store, service, log } = this.#parts
    const { features, certificateExpiresAt } = await service.check()
    const now: PasswordFeatures = {
      passwordHashSync: features.passwordHashSync,
      forcePasswordChange: features.userForcePasswordChangeOnLogon,
      cloudPasswordPolicy: features.cloudPasswordPolicyForPasswordSyncedUsers
    }
    await store.passwords.position(route)
    await store.passwords.heartbeat(route, now)
    // Those who were left out while the tenant could not ask them for another password.
    if (now.forcePasswordChange && this.#features?.forcePasswordChange !== true)
      await store.passwords.wakeWaiting(route.connector, 'must-change')
    this.#features = now
    this.#nextMs = performance.now() + everyMs
    log.info(
      { connector: route.connector, features: now, certificateExpiresAt },
      'the tenant takes password hashes'
    )
  }
}
