import { type LdapError, ResultError } from '../errors.ts'
import { type Control, pagedControl, readPagedCookie } from '../protocol/controls.ts'
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
  /** The longest silence while an entry is awaited; default: that of the connection. */
  readonly timeoutMs?: number
}

export interface OpenSearchOptions {
  /** A search that runs until it is stopped, as a change notification: silence is no fault of it. */
  readonly endless?: boolean
  /** The longest silence while an entry is awaited; default: that of the connection. */
  readonly timeoutMs?: number
}

export type NewAttributes = Readonly<Record<string, WriteValue | readonly WriteValue[]>>

/**
 * A bound connection to one server. Any number of operations may be under way at once.
 *
 * Every method throws ConnectionLostError when the connection is lost, TimedOutError when the server is silent
 * for too long, and ResultError when it answers with another code than success.
 */
export class LdapConnection implements AsyncDisposable {
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
  get closed(): Promise<LdapError> {
    return this.#exchange.closed
  }

  /** Whether an operation that is to end has not ended yet; searches without end do not count. */
  get pending(): boolean {
    return this.#exchange.pending
  }

  /**
   * The entries one by one as they arrive. The server is slowed down while the caller is slow.
   * Leaving the loop early ends the search at the server. Referrals are left out.
   */
  async *search({ pageSize, timeoutMs, ...request }: SearchOptions): AsyncGenerator<SearchEntry, void> {
    let cookie: Uint8Array | undefined = new Uint8Array()
    while (cookie !== undefined) {
      const paging: Control[] = pageSize === undefined ? [] : [pagedControl(pageSize, cookie)]
      const controls = [...(request.controls ?? []), ...paging]
      const stream = this.#open({ ...request, controls }, { endless: false, timeoutMs })
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
  openSearch(request: SearchRequest, { endless = false, timeoutMs }: OpenSearchOptions = {}): EntryStream {
    return this.#open(request, { endless, timeoutMs })
  }

  /**
   * Asks for next to nothing, to see that the server is still there. Answers come in the order of the requests
   * on many servers, so ask only while nothing is `pending`.
   * @throws TimedOutError when it does not answer in time; the connection lives on
   */
  async ping(timeoutMs: number): Promise<void> {
    for await (const _ of this.search({ base: '', scope: 'base', attributes: ['1.1'], timeoutMs })) break
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

  async delete(dn: string, controls: readonly Control[] = []): Promise<void> {
    await this.#write(deleteRequest(dn), `delete ${dn}`, controls)
  }

  /** Renames and, with `newParent`, moves. `newRdn` is whole: `CN=New Name`. */
  async rename(dn: string, newRdn: string, newParent?: string): Promise<void> {
    await this.#write(renameRequest(dn, newRdn, newParent), `rename ${dn}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exchange.close()
  }

  #open(
    request: SearchRequest,
    { endless, timeoutMs = this.#timeoutMs }: { endless: boolean; timeoutMs: number | undefined }
  ): EntryStream {
    return new EntryStream(this.#exchange, request, { endless, timeoutMs: endless ? undefined : timeoutMs })
  }

  async #write(request: Buffer, action: string, controls: readonly Control[] = []): Promise<void> {
    const result = await reply(this.#exchange, request, { action, timeoutMs: this.#timeoutMs, controls })
    this.#succeeded(result, action)
  }

  #succeeded(result: LdapResult | undefined, action: string): LdapResult {
    if (result === undefined) throw new Error(`${action} has not ended`)
    if (result.code !== 0) throw new ResultError(this.server, action, result)
    return result
  }
}
