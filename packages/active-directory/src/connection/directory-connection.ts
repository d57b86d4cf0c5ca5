import type {
  AttributeModification,
  Control,
  LdapConnection,
  NewAttributes,
  OpenSearchOptions,
  SearchEntry,
  SearchOptions,
  SearchRequest
} from '@opendirsync/ldap'
import { directoryError } from '../errors.ts'
import { treeDelete } from '../protocol/controls.ts'
import { EntryStream } from './entry-stream.ts'

/**
 * A bound connection to one domain controller. Any number of operations may be under way at once.
 *
 * Every method throws UnavailableError when the connection is lost or the server is silent for too long,
 * SetupError `ad-permissions` when a right is missing, and RefusedError with the result code otherwise.
 */
export class DirectoryConnection implements AsyncDisposable {
  readonly #ldap: LdapConnection

  constructor(ldap: LdapConnection) {
    this.#ldap = ldap
  }

  /** `host:port`, for messages. */
  get server(): string {
    return this.#ldap.server
  }

  /** Resolves once, when the connection is gone, with the reason. */
  get closed(): Promise<Error> {
    return this.#ldap.closed.then(reason => directoryError(this.server, reason))
  }

  /** Whether an operation that is to end has not ended yet; a `watch` does not count. */
  get pending(): boolean {
    return this.#ldap.pending
  }

  /**
   * Asks for next to nothing, to see that the server is there and quick. It answers one connection's requests
   * in their order, so a ping says nothing while something is `pending`.
   * @throws UnavailableError when it does not answer in time; the connection lives on
   */
  async ping(timeoutMs: number): Promise<void> {
    await this.#mapped(this.#ldap.ping(timeoutMs))
  }

  /**
   * The entries one by one as they arrive. The server is slowed down while the caller is slow.
   * Leaving the loop early ends the search at the server. Referrals are left out.
   */
  async *search(options: SearchOptions): AsyncGenerator<SearchEntry, void> {
    try {
      yield* this.#ldap.search(options)
    } catch (error) {
      throw directoryError(this.server, error)
    }
  }

  /** A search whose end the caller reads too: for controls that answer there, and for searches without end. */
  openSearch(request: SearchRequest, options?: OpenSearchOptions): EntryStream {
    return new EntryStream(this.server, this.#ldap.openSearch(request, options))
  }

  async add(dn: string, attributes: NewAttributes): Promise<void> {
    await this.#mapped(this.#ldap.add(dn, attributes))
  }

  async modify(
    dn: string,
    changes: readonly AttributeModification[],
    controls: readonly Control[] = []
  ): Promise<void> {
    await this.#mapped(this.#ldap.modify(dn, changes, controls))
  }

  /** @param options `tree`: with everything below it */
  async delete(dn: string, { tree = false }: { tree?: boolean } = {}): Promise<void> {
    await this.#mapped(this.#ldap.delete(dn, tree ? [treeDelete] : []))
  }

  /** Renames and, with `newParent`, moves. `newRdn` is whole: `CN=New Name`. */
  async rename(dn: string, newRdn: string, newParent?: string): Promise<void> {
    await this.#mapped(this.#ldap.rename(dn, newRdn, newParent))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ldap[Symbol.asyncDispose]()
  }

  #mapped<T>(operation: Promise<T>): Promise<T> {
    return operation.catch((error: unknown) => {
      throw directoryError(this.server, error)
    })
  }
}
