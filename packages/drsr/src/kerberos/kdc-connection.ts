import { once } from 'node:events'
import { connect } from 'node:net'
import { UnavailableError } from '@opendirsync/contracts'

/** Far more than any ticket; an access token with a thousand groups has some 20 KB. */
const MAX_REPLY_BYTES = 1 << 20

export interface KdcAddress {
  readonly host: string
  /** 88 unless told otherwise. */
  readonly port?: number
  /** For the whole exchange; 10 s unless told otherwise. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/**
 * Sends one request to a key distribution centre over TCP (RFC 4120 section 7.2.2) and returns its reply.
 * @throws UnavailableError when it does not answer
 */
export async function askKdc(address: KdcAddress, request: Buffer): Promise<Buffer> {
  const { host, port = 88, timeoutMs = 10_000 } = address
  const limit = AbortSignal.timeout(timeoutMs)
  const signal = address.signal ? AbortSignal.any([limit, address.signal]) : limit
  const socket = connect({ host, port, signal })
  try {
    await once(socket, 'connect', { signal })
    const length = Buffer.alloc(4)
    length.writeUInt32BE(request.length)
    socket.write(Buffer.concat([length, request]))
    return await readReply(socket)
  } catch (cause) {
    address.signal?.throwIfAborted()
    const reason = limit.aborted ? `no answer within ${timeoutMs} ms` : String(cause)
    throw new UnavailableError(
      'active-directory',
      `Kerberos at ${host}:${port} cannot be reached (${reason}). Check that the domain controller runs and that TCP port ` +
        `${port} is open.`,
      { cause }
    )
  } finally {
    socket.destroy()
  }
}

async function readReply(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  let received = Buffer.alloc(0)
  for await (const chunk of chunks) {
    received = Buffer.concat([received, chunk])
    if (received.length < 4) continue
    const length = received.readUInt32BE()
    if (length > MAX_REPLY_BYTES) throw new Error(`a reply of ${length} bytes`)
    if (received.length >= 4 + length) return received.subarray(4, 4 + length)
  }
  throw new Error('the connection ended within a reply')
}
