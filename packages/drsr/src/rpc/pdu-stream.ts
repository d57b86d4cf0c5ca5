import { connect, type Socket } from 'node:net'
import { UnavailableError } from '@opendirsync/contracts'
import { NdrError } from '../ndr/index.ts'
import { HEADER_BYTES } from './pdu.ts'

const KEEP_ALIVE_AFTER_MS = 30_000

/**
 * Packets over one TCP connection. The socket is read only while somebody waits for a packet, so that a
 * server cannot fill memory; one packet is at most `maxFragmentBytes` long.
 */
export class PduStream {
  readonly #socket: Socket
  /** `host:port`, for messages. */
  readonly #server: string
  readonly #maxFragmentBytes: number
  #rest: Buffer = Buffer.alloc(0)
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(socket: Socket, server: string, maxFragmentBytes: number) {
    this.#socket = socket
    this.#server = server
    this.#maxFragmentBytes = maxFragmentBytes
    socket.on('readable', () => {
      // Nothing is taken; but without this an end is not seen while nobody reads.
      if (socket.readableLength === 0) socket.read(0)
      this.#wake?.()
    })
    socket.on('drain', () => this.#wake?.())
    socket.on('error', error => this.fail(connectionLost(server, error.message)))
    socket.on('end', () => this.fail(connectionLost(server, 'the server closed it')))
    socket.on('close', () => this.fail(connectionLost(server, 'it was closed')))
  }

  /** Why the connection is of no more use; undefined while it is. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Cuts the connection. Who waits on it, and whoever uses it later, gets the first error that was given. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#socket.destroy()
    this.#wake?.()
  }

  /** Resolves when the server has taken so much that more may be sent. @throws the failure */
  async send(packet: Buffer): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#socket.write(packet)) return
    await this.#until(() => !this.#socket.writableNeedDrain)
  }

  /** The next whole packet, which the caller may change. @throws the failure, or NdrError for what is no packet */
  async receive(): Promise<Buffer> {
    let length = this.#packetBytes()
    while (length === undefined || this.#rest.length < length) {
      const chunk: Buffer | null = this.#socket.read()
      if (chunk === null) await this.#until(() => this.#socket.readableLength > 0)
      else this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
      length = this.#packetBytes()
    }
    const packet = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return packet
  }

  /** The length of the packet at the front; undefined while its header has not come. */
  #packetBytes(): number | undefined {
    if (this.#rest.length < HEADER_BYTES) return undefined
    const length = this.#rest.readUInt16LE(8)
    if (length < HEADER_BYTES || length > this.#maxFragmentBytes) {
      throw new NdrError(`a packet of ${length} bytes, where at most ${this.#maxFragmentBytes} are agreed`)
    }
    return length
  }

  async #until(condition: () => boolean): Promise<void> {
    while (this.#failure === undefined && !condition()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    this.#wake = undefined
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Closes without a word, as DCE/RPC over TCP does. */
  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#socket.once('close', resolve))
    const already = this.#socket.closed
    this.fail(new UnavailableError('active-directory', `The connection to ${this.#server} was closed here.`))
    if (!already) await closed
  }
}

export interface StreamTarget {
  readonly host: string
  readonly port: number
  readonly maxFragmentBytes: number
  /** Its reason is thrown when it fires before the connection stands. */
  readonly signal: AbortSignal
}

/** @throws UnavailableError when there is no connection, or the signal's reason */
export async function openPduStream({
  host,
  port,
  maxFragmentBytes,
  signal
}: StreamTarget): Promise<PduStream> {
  signal.throwIfAborted()
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const aborted = () => reject(signal.reason)
  const failed = (error: Error) => reject(connectionLost(`${host}:${port}`, error.message))
  signal.addEventListener('abort', aborted)
  socket.once('connect', resolve)
  socket.once('error', failed)
  try {
    await promise
    return new PduStream(socket, `${host}:${port}`, maxFragmentBytes)
  } catch (error) {
    socket.on('error', () => undefined)
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', aborted)
    socket.off('connect', resolve)
    socket.off('error', failed)
  }
}

function connectionLost(server: string, reason: string): UnavailableError {
  // An aggregate of refused addresses has no message of its own.
  const why = reason === '' ? 'it was refused' : reason
  return new UnavailableError(
    'active-directory',
    `The connection to ${server} failed: ${why}. It will be retried.`
  )
}
