import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'

interface UpkeepParts {
  readonly store: Pick<Store, 'passwords' | 'exportMode'>
  readonly connector: string
  readonly log: Logger
}

/** A question may take this share of the time, as "one in so many". */
const arrivedShare = 20
const compareShare = 100
const compareEveryMs = 10_000

/**
 * Finds those whose password is due because of something else than a change in the directory: they have come into the
 * tenant or into scope, have a new account there, or staging mode has ended.
 */
export class Upkeep {
  readonly #parts: UpkeepParts
  #arrivedAtMs = 0
  #compareAtMs = 0

  constructor(parts: UpkeepParts) {
    this.#parts = parts
  }

  async tick(): Promise<void> {
    const { store, connector } = this.#parts
    const { passwords } = store
    if (performance.now() >= this.#arrivedAtMs) {
      const from = performance.now()
      await this.#tell('arrived', await passwords.wakeArrived(connector))
      if ((await store.exportMode.current()).mode === 'export')
        await this.#tell('staging', await passwords.wakeWaiting(connector, 'staging'))
      this.#arrivedAtMs = performance.now() + (performance.now() - from) * arrivedShare
    }
    if (performance.now() >= this.#compareAtMs) {
      const from = performance.now()
      await this.#tell('account', await passwords.compareAccounts(connector))
      const tookMs = performance.now() - from
      this.#compareAtMs = performance.now() + Math.max(compareEveryMs, tookMs * compareShare)
    }
  }

  async #tell(reason: string, people: number): Promise<void> {
    const { connector, log } = this.#parts
    if (people > 0) log.info({ connector, reason, people }, 'passwords are read again')
  }
}
