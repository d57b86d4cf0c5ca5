import { resultError } from '../errors.ts'
import { type Control, pagedControl, readPagedCookie, treeDelete } from '../protocol/controls.ts'
import type { LdapResult, SearchEntry } from '../protocol/messages.ts'
import {
  type AttributeModification,
  addRequest,
  deleteRequest,
  modifyRequest,
  renameRequest,
  type SearchRequest,
  type WriteValue
} from '../protocol/requests.ts'
import { EntryStream } from './entry-stream.ts'
import type { MessageExchange } from './message-exchange.ts'
import { reply } from './reply.ts'

export interface SearchOptions extends SearchRequest {
  /** Ask for pages of this many entries, which a server's size limit needs; the pages are joined here. */
  readonly pageSize?: number
}

export type NewAttributes = Readonly<Record<string, WriteValue | readonly WriteValue[]>>

/**
 * A bound connection to one domain controller. Any number of operations may be under way at once.
 *
 * Every method throws UnavailableError when the connection is lost or the server is silent for too long,
 * SetupError `ad-permissions` when a right is missing, and RefusedError with the result code otherwise.
 */
export class DirectoryConnection implements AsyncDisposable {
  readonly #exchange: MessageExchange
  readonly #timeoutMs: number

  constructor(exchange: MessageExchange, timeoutMs: number) {
    this.#exchange = exchange
    this.#timeoutMs = timeoutMs
  }

  /** `host:port`, for messages. */
  get server(): string {
    return this.#exchange.server
  }

  /** Resolves once, when the connection is gone, with the reason. */
  get closed(): Promise<Error> {
    return this.#exchange.closed
  }

  /**
   * The entries one by one as they arrive. The server is slowed down while the caller is slow.
   * Leaving the loop early ends the search at the server. Referrals are left out.
   */
  async *search({ pageSize, ...request }: SearchOptions): AsyncGenerator<SearchEntry, void> {
    let cookie: Uint8Array | undefined = new Uint8Array()
    while (cookie !== undefined) {
      const paging: Control[] = pageSize === undefined ? [] : [pagedControl(pageSize, cookie)]
      const stream = this.openSearch({ ...request, controls: [...(request.controls ?? []), ...paging] })
      try {
        for (let entry = await stream.next(); entry !== undefined; entry = await stream.next()) yield entry
      } finally {
        stream.stop()
      }
      const result = this.#succeeded(stream.result, `a search of ${request.base || 'the root DSE'}`)
      cookie = readPagedCookie(result.controls)
    }
  }

  /** A search whose end the caller reads too: for controls that answer there, and for searches without end. */
  openSearch(request: SearchRequest, { endless = false }: { endless?: boolean } = {}): EntryStream {
    return new EntryStream(this.#exchange, request, {
      timeoutMs: endless ? undefined : this.#timeoutMs,
      urgent: !endless
    })
  }

  async add(dn: string, attributes: NewAttributes): Promise<void> {
    const lists = Object.entries(attributes).map(([name, value]): [string, readonly WriteValue[]] => [
      name,
      typeof value === 'string' || value instanceof Uint8Array ? [value] : value
    ])
    await this.#write(addRequest(dn, lists), `add ${dn}`)
  }

  async modify(
    dn: string,
    changes: readonly AttributeModification[],
    controls: readonly Control[] = []
  ): Promise<void> {
    await this.#write(modifyRequest(dn, changes), `modify ${dn}`, controls)
  }

  /** @param options `tree`: with everything below it */
  async delete(dn: string, { tree = false }: { tree?: boolean } = {}): Promise<void> {
    await this.#write(deleteRequest(dn), `delete ${dn}`, tree ? [treeDelete] : [])
  }

  /** Renames and, with `newParent`, moves. `newRdn` is whole: `CN=New Name`. */
  async rename(dn: string, newRdn: string, newParent?: string): Promise<void> {
    await this.#write(renameRequest(dn, newRdn, newParent), `rename ${dn}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exchange.close()
  }

  async #write(request: Buffer, action: string, controls: readonly Control[] = []): Promise<void> {
    const result = await reply(this.#exchange, request, { action, timeoutMs: this.#timeoutMs, controls })
    this.#succeeded(result, action)
  }

  #succeeded(result: LdapResult | undefined, action: string): LdapResult {
    if (result === undefined) throw new Error(`${action} has not ended`)
    if (result.code !== 0) throw resultError(this.server, action, result)
    return result
  }
}
