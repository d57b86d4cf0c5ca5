import type { EntryStream as LdapEntryStream, LdapResult, SearchEntry } from '@opendirsync/ldap'
import { directoryError } from '../errors.ts'

/** The entries of one search in the order of their arrival, and then how it ended. */
export class EntryStream {
  readonly #server: string
  readonly #entries: LdapEntryStream

  constructor(server: string, entries: LdapEntryStream) {
    this.#server = server
    this.#entries = entries
  }

  /** How the search ended; `undefined` until `next()` has returned `undefined`. */
  get result(): LdapResult | undefined {
    return this.#entries.result
  }

  /**
   * The next entry, or `undefined` when the server has said that there are no more.
   * @throws UnavailableError when the connection is lost or the server is silent for too long
   */
  async next(): Promise<SearchEntry | undefined> {
    try {
      return await this.#entries.next()
    } catch (error) {
      throw directoryError(this.#server, error)
    }
  }

  /** An entry that has arrived already, without waiting. */
  take(): SearchEntry | undefined {
    return this.#entries.take()
  }

  /** Ends the search at the server if it still runs. A call of `next()` that waits returns `undefined`. */
  stop(): void {
    this.#entries.stop()
  }
}
