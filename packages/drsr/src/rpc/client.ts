import { PermanentError, UnavailableError } from '@opendirsync/contracts'
import { decode, encode, type Fields, type Values } from '../ndr/index.ts'
import { type Association, associate, MAX_FRAGMENT_BYTES } from './associate.ts'
import type { RpcSyntax } from './bind.ts'
import { withDeadline } from './deadline.ts'
import { faultError, protocolError } from './faults.ts'
import { openPduStream, type PduStream } from './pdu-stream.ts'
import { requestPdus } from './request.ts'
import { readAnswer } from './response.ts'
import type { SecurityInitiator } from './security.ts'

const CONNECT_TIMEOUT_MS = 10_000
const CALL_TIMEOUT_MS = 120_000
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024
const MAX_CALL_ID = 0xffffffff

export interface RpcTarget {
  readonly host: string
  readonly port: number
  readonly interface: RpcSyntax
  /** None: neither authenticated nor encrypted, which only the endpoint mapper accepts. */
  readonly security?: SecurityInitiator
  /** For connecting and signing in together; 10 s unless told otherwise. */
  readonly connectTimeoutMs?: number
  /** For one call; 120 s unless told otherwise. */
  readonly timeoutMs?: number
  /** The longest answer that is taken; 32 MiB unless told otherwise. */
  readonly maxResponseBytes?: number
  /** Ends connecting, not the connection. */
  readonly signal?: AbortSignal
}

/** One remote procedure: its parameters in and out in the order of the IDL. */
export interface Operation<Req extends Fields, Res extends Fields> {
  /** `IDL_DRSBind` */
  readonly name: string
  readonly opnum: number
  readonly request: Req
  readonly response: Res
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

/**
 * Connects, agrees on the interface, and signs in. A wrong password may show only at the first call.
 *
 * @throws UnavailableError when the server cannot be reached, does not answer in time, or breaks the protocol
 * @throws SetupError `ad-address`, `ad-credentials`, `ad-authentication`
 */
export async function connectRpc(target: RpcTarget): Promise<RpcClient> {
  const { host, port, signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = target
  const server = `${host}:${port}`
  const connecting = new AbortController()
  let stream: PduStream | undefined
  const stop = (reason: Error) => {
    connecting.abort(reason)
    stream?.fail(reason)
  }
  const deadline = { signal, timeoutMs: connectTimeoutMs, late: `${server} did not answer to the connection` }
  return await withDeadline(deadline, stop, async () => {
    stream = await openPduStream({
      host,
      port,
      maxFragmentBytes: MAX_FRAGMENT_BYTES,
      signal: connecting.signal
    })
    try {
      const { interface: syntax, security } = target
      return new RpcClient(stream, await associate({ stream, server, interface: syntax, security }), target)
    } catch (error) {
      const failure = stream.failure ?? protocolError(server, error)
      await stream.close()
      throw failure
    }
  })
}

/** A connection to one interface. Calls are made one after another, however many are asked for at once. */
export class RpcClient implements AsyncDisposable {
  readonly #stream: PduStream
  readonly #association: Association
  readonly #target: RpcTarget
  readonly #server: string
  #callId: number
  #answered = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(stream: PduStream, association: Association, target: RpcTarget) {
    this.#stream = stream
    this.#association = association
    this.#target = target
    this.#server = `${target.host}:${target.port}`
    this.#callId = association.callId
  }

  /** The session key of the security context. @throws Error without one */
  get sessionKey(): Buffer {
    const { protection } = this.#association
    if (protection === undefined) throw new Error('This connection has no security context, so it has no key')
    return protection.context.sessionKey
  }

  /** False after a failure, a time-out or an abort: connect again. */
  get usable(): boolean {
    return this.#stream.failure === undefined
  }

  /**
   * Calls and waits for the answer. The time counts from when the call's turn comes. A call that is aborted
   * or late takes the connection with it: the rest of its answer could not be told from the next one.
   *
   * @throws UnavailableError, SetupError `ad-credentials`, `ad-permissions`, PermanentError for a value that
   *   is not as declared or a request that the server cannot read; the signal's reason
   */
  async call<Req extends Fields, Res extends Fields>(
    operation: Operation<Req, Res>,
    values: Values<Req>,
    options: CallOptions = {}
  ): Promise<Values<Res>> {
    const stub = encodeRequest(operation, values)
    const answer = await this.#inTurn(() => this.#exchange(operation, stub, options), options.signal)
    try {
      return decode(operation.response, answer)
    } catch (error) {
      throw protocolError(this.#server, error)
    }
  }

  async #inTurn<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = Promise.all([before, promise])
    try {
      await orAborted(before, signal)
      return await work()
    } finally {
      resolve()
    }
  }

  async #exchange(
    { name, opnum }: Operation<Fields, Fields>,
    stub: Buffer,
    options: CallOptions
  ): Promise<Buffer> {
    const { timeoutMs = this.#target.timeoutMs ?? CALL_TIMEOUT_MS, signal } = options
    const deadline = { signal, timeoutMs, late: `${this.#server} did not answer ${name}` }
    this.#callId = this.#callId === MAX_CALL_ID ? 1 : this.#callId + 1
    const callId = this.#callId
    return await withDeadline(
      deadline,
      reason => this.#stream.fail(reason),
      async () => {
        const { maxFragmentBytes, protection } = this.#association
        try {
          for (const packet of requestPdus({ callId, opnum, stub }, maxFragmentBytes, protection)) {
            await this.#stream.send(packet)
          }
          return await this.#receiveAnswer(name, callId)
        } catch (error) {
          throw this.#failed(error)
        }
      }
    )
  }

  async #receiveAnswer(name: string, callId: number): Promise<Buffer> {
    const { maxResponseBytes = MAX_RESPONSE_BYTES } = this.#target
    const { protection } = this.#association
    const pieces: Buffer[] = []
    let total = 0
    for (;;) {
      const packet = await this.#stream.receive()
      const answer = readAnswer(packet, { callId, first: pieces.length === 0 }, protection)
      if (answer.kind === 'fault') {
        const signInUnproven = protection !== undefined && !this.#answered
        throw new FaultAnswer(faultError({ server: this.#server, name, signInUnproven }, answer.status))
      }
      this.#answered = true
      total += answer.stub.length
      if (total > maxResponseBytes) {
        throw new UnavailableError(
          'active-directory',
          `${this.#server} answered ${name} with more than ${maxResponseBytes} bytes: ask it for less at a time.`
        )
      }
      pieces.push(answer.stub)
      if (answer.last) return joined(pieces, total)
    }
  }

  /** A fault leaves the connection in order; anything else does not. */
  #failed(error: unknown): Error {
    if (error instanceof FaultAnswer) return error.meaning
    const failure = this.#stream.failure ?? protocolError(this.#server, error)
    this.#stream.fail(failure)
    return failure
  }

  async close(): Promise<void> {
    await this.#stream.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** The server refused a call and is ready for the next one. */
class FaultAnswer extends Error {
  readonly meaning: Error

  constructor(meaning: Error) {
    super(meaning.message)
    this.meaning = meaning
  }
}

function encodeRequest<Req extends Fields>(
  { name, request }: Operation<Req, Fields>,
  values: Values<Req>
): Buffer {
  try {
    return encode(request, values)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new PermanentError(`A request of ${name} cannot be written: ${why}. Correct it.`, { cause: error })
  }
}

/** One buffer for all; what was decrypted does not stay behind in the packets. */
function joined(pieces: readonly Buffer[], total: number): Buffer {
  const whole = Buffer.concat(pieces, total)
  for (const piece of pieces) piece.fill(0)
  return whole
}

/** @throws the signal's reason when it fires first */
async function orAborted(turn: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const aborted = () => reject(signal?.reason)
  signal?.addEventListener('abort', aborted)
  try {
    await Promise.race([turn, promise])
  } finally {
    signal?.removeEventListener('abort', aborted)
  }
}
