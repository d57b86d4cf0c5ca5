import type { Socket } from 'node:net'
import { MessageFrames } from '../ber/message-frames.ts'
import { ConnectionClosedError, type LdapError } from '../errors.ts'
import type { Control } from '../protocol/controls.ts'
import { decodeMessage, type LdapMessage } from '../protocol/messages.ts'
import { abandonRequest, encodeMessage, unbindRequest } from '../protocol/requests.ts'
import { connectionFault } from './connection-fault.ts'

const MAX_MESSAGE_ID = 0x7fffffff
const CLOSE_WITHIN_MS = 1_000

/** One request that is not answered yet. */
export interface Operation {
  /** Whether somebody waits for the next message of this operation. */
  readonly awaited: boolean
  /** Whether it holds as much as it should: reading may pause until it is emptied. */
  readonly full: boolean
  /** Whether it is meant to run until it is stopped, as a change notification. */
  readonly endless: boolean
  onMessage(message: LdapMessage): void
  /** The connection is gone. Called once, and nothing after it. */
  onFailure(error: LdapError): void
}

/**
 * Requests and answers over one socket, matched by message id.
 *
 * Reading pauses while an operation is full, so that a slow consumer slows the server instead of filling
 * memory. It goes on, full or not, while somebody waits for an answer: a consumer that asks something
 * in the middle of a search would otherwise wait for ever behind its own unread entries.
 */
export class MessageExchange {
  /** `host:port`, for messages. */
  readonly server: string
  /** Resolves once, when the socket is closed, with the reason. */
  readonly closed: Promise<LdapError>
  readonly #socket: Socket
  readonly #frames = new MessageFrames()
  readonly #operations = new Map<number, Operation>()
  #lastId = 0
  #failure: LdapError | undefined

  constructor(socket: Socket, server: string) {
    this.server = server
    this.#socket = socket
    const { promise, resolve } = Promise.withResolvers<LdapError>()
    this.closed = promise
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', error => this.#fail(connectionFault(server, error)))
    socket.on('end', () => this.#fail(connectionFault(server, new Error('the server closed it'))))
    socket.on('close', () => {
      resolve(this.#fail(connectionFault(server, new Error('it was closed'))))
    })
    if (socket.destroyed) resolve(this.#fail(connectionFault(server, new Error('it was closed'))))
    else socket.resume()
  }

  /** Whether an operation that is to end has not ended yet. */
  get pending(): boolean {
    for (const { endless } of this.#operations.values()) if (!endless) return true
    return false
  }

  /** Sends a request and returns its id. On a closed connection the operation fails at once. */
  start(operation: Operation, request: Buffer, controls: readonly Control[] = []): number {
    const id = this.#nextId()
    if (this.#failure !== undefined) {
      operation.onFailure(this.#failure)
      return id
    }
    this.#operations.set(id, operation)
    this.#socket.write(encodeMessage(id, request, controls))
    this.regulate()
    return id
  }

  /** Forgets an operation whose final answer has come. */
  finish(id: number): void {
    this.#operations.delete(id)
    this.regulate()
  }

  /** Tells the server to stop an operation (RFC 4511 section 4.11); what still arrives is dropped. */
  abandon(id: number): void {
    if (!this.#operations.delete(id) || this.#failure !== undefined) return
    this.#socket.write(encodeMessage(this.#nextId(), abandonRequest(id)))
    this.regulate()
  }

  /** Pauses or resumes reading; to be called whenever `awaited` or `full` of an operation has changed. */
  regulate(): void {
    let full = false
    let awaited = false
    for (const operation of this.#operations.values()) {
      full ||= operation.full
      awaited ||= operation.awaited
    }
    const pause = full && !awaited
    if (pause === this.#socket.isPaused()) return
    if (pause) this.#socket.pause()
    else this.#socket.resume()
  }

  /** Gives the connection up, as one whose bytes make no sense. Returns why it failed, which it may have before. */
  fail(cause: unknown): LdapError {
    return this.#fail(connectionFault(this.server, cause))
  }

  /** Says goodbye and closes. Operations that are under way fail. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#socket.write(encodeMessage(this.#nextId(), unbindRequest()))
      this.#fail(new ConnectionClosedError(`The connection to ${this.server} was closed here.`))
    }
    await this.closed
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === MAX_MESSAGE_ID ? 1 : this.#lastId + 1
    while (this.#operations.has(this.#lastId))
    return this.#lastId
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined) return
    try {
      this.#frames.push(chunk, bytes => this.#dispatch(decodeMessage(bytes)))
    } catch (error) {
      this.fail(error)
    }
    this.regulate()
  }

  #dispatch(message: LdapMessage): void {
    if (message.id === 0 && message.kind === 'result') {
      // Notice of disconnection (RFC 4511 section 4.4.1).
      const { code, diagnostic } = message.result
      throw new Error(`the server ended it (${code} ${diagnostic})`)
    }
    this.#operations.get(message.id)?.onMessage(message)
  }

  /** Returns the first failure; later ones are consequences of it. */
  #fail(error: LdapError): LdapError {
    if (this.#failure !== undefined) return this.#failure
    this.#failure = error
    const operations = [...this.#operations.values()]
    this.#operations.clear()
    // Resumed, because a paused socket with unread data does not notice its end.
    this.#socket.resume()
    this.#socket.end()
    const force = setTimeout(() => this.#socket.destroy(), CLOSE_WITHIN_MS)
    this.#socket.once('close', () => clearTimeout(force))
    for (const operation of operations) operation.onFailure(error)
    return error
  }
}
