import { type LdapError, TimedOutError } from '../errors.ts'
import { decodeEntry, type LdapMessage, type LdapResult, type SearchEntry } from '../protocol/messages.ts'
import { type SearchRequest, searchRequest } from '../protocol/requests.ts'
import type { MessageExchange, Operation } from './message-exchange.ts'

/** What may lie unread before the server is slowed down. */
const MAX_BUFFERED_BYTES = 1024 * 1024

/** Entries that were taken are let go in lots of this size while more lie behind them. */
const COMPACT_AFTER = 1_024

export interface EntryStreamOptions {
  /** The longest silence while an entry is awaited; `undefined`: for ever (change notification). */
  readonly timeoutMs: number | undefined
  /** A search that never ends: waiting for it must not force reading for others. */
  readonly endless: boolean
}

/** The entries of one search in the order of their arrival, and then how it ended. */
export class EntryStream implements Operation {
  readonly #exchange: MessageExchange
  readonly #options: EntryStreamOptions
  readonly #base: string
  readonly #id: number
  /** Whole messages; each is decoded when it is taken. */
  #entries: Buffer[] = []
  #head = 0
  #bufferedBytes = 0
  #result: LdapResult | undefined
  #failure: LdapError | undefined
  #stopped = false
  #wake: (() => void) | undefined

  constructor(exchange: MessageExchange, request: SearchRequest, options: EntryStreamOptions) {
    this.#exchange = exchange
    this.#options = options
    this.#base = request.base
    this.#id = exchange.start(this, searchRequest(request), request.controls)
  }

  get awaited(): boolean {
    return this.#wake !== undefined && !this.#options.endless
  }

  get endless(): boolean {
    return this.#options.endless
  }

  get full(): boolean {
    return this.#bufferedBytes > MAX_BUFFERED_BYTES
  }

  /** How the search ended; `undefined` until `next()` has returned `undefined`. */
  get result(): LdapResult | undefined {
    return this.#result
  }

  /**
   * The next entry, or `undefined` when the server has said that there are no more.
   * @throws ConnectionLostError, or TimedOutError when the server is silent for too long
   */
  async next(): Promise<SearchEntry | undefined> {
    if (!this.#ready) await this.#arrival()
    const next = this.take()
    if (next === undefined && this.#failure !== undefined) throw this.#failure
    return next
  }

  /** An entry that has arrived already, without waiting. `undefined` too when it is malformed: `next()` throws then. */
  take(): SearchEntry | undefined {
    const next = this.#entries[this.#head]
    if (next === undefined) return undefined
    this.#head++
    this.#bufferedBytes -= next.length
    if (this.#head === this.#entries.length) {
      this.#entries = []
      this.#head = 0
      this.#exchange.regulate()
    } else if (this.#head === COMPACT_AFTER) {
      this.#entries = this.#entries.slice(COMPACT_AFTER)
      this.#head = 0
    }
    return this.#decode(next)
  }

  /** Ends the search at the server if it still runs. A call of `next()` that waits returns `undefined`. */
  stop(): void {
    if (this.#result === undefined && this.#failure === undefined) this.#exchange.abandon(this.#id)
    this.#stopped = true
    this.#wake?.()
  }

  onMessage(message: LdapMessage): void {
    if (message.kind === 'entry') {
      this.#entries.push(message.bytes)
      this.#bufferedBytes += message.bytes.length
    } else if (message.kind === 'result') {
      this.#result = message.result
      this.#exchange.finish(this.#id)
    }
    this.#wake?.()
  }

  onFailure(error: LdapError): void {
    this.#failure = error
    this.#wake?.()
  }

  /** An entry that is none is the end of the connection: who knows what its other bytes are. */
  #decode(message: Buffer): SearchEntry | undefined {
    try {
      return decodeEntry(message)
    } catch (error) {
      this.#entries = []
      this.#head = 0
      this.#failure = this.#exchange.fail(error)
      return undefined
    }
  }

  get #ready(): boolean {
    const waiting = this.#head < this.#entries.length
    return waiting || this.#result !== undefined || this.#failure !== undefined || this.#stopped
  }

  async #arrival(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { timeoutMs } = this.#options
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#expire(timeoutMs), timeoutMs)
    this.#wake = resolve
    this.#exchange.regulate()
    await promise
    this.#wake = undefined
    clearTimeout(timer)
  }

  #expire(timeoutMs: number): void {
    this.#exchange.abandon(this.#id)
    const action = `a search of ${this.#base || 'the root DSE'}`
    this.onFailure(
      new TimedOutError(`${this.#exchange.server} did not answer to ${action} within ${timeoutMs} ms.`)
    )
  }
}
