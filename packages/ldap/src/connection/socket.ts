import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { MessageFrames } from '../ber/message-frames.ts'
import { StartTlsRefusedError } from '../errors.ts'
import { decodeMessage, type LdapResult } from '../protocol/messages.ts'
import { encodeMessage, startTlsRequest } from '../protocol/requests.ts'
import { addressOf, type LdapServer, readCa } from './server-address.ts'

const KEEP_ALIVE_AFTER_MS = 30_000

/**
 * A connected socket whose other end has proved its name.
 * @param signal destroys the socket when it fires before the handshake is complete
 */
export async function openSocket(server: LdapServer, signal: AbortSignal): Promise<Socket> {
  const address = addressOf(server)
  const ca = await readCa(server.caFile)
  const { host, port } = address
  // Said here, since Node would else take NODE_TLS_REJECT_UNAUTHORIZED=0 from the environment.
  const options: ConnectionOptions = {
    host,
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(server.minTlsVersion !== undefined && { minVersion: server.minTlsVersion }),
    ...nameToCheck(server, host)
  }
  const raw = connectTcp({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS
  })
  const destroy = () => raw.destroy(new Error('timed out'))
  signal.addEventListener('abort', destroy)
  try {
    await untilEvent(raw, 'connect')
    if (!address.tlsAtOnce) await requestTls(raw, address.text)
    const secure = connectTls({ ...options, socket: raw })
    // A secure socket over another does not always hear that the other has gone.
    raw.once('close', () => secure.destroy())
    await untilEvent(secure, 'secureConnect')
    return secure
  } catch (error) {
    raw.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}

function nameToCheck({ serverName }: LdapServer, host: string): ConnectionOptions {
  if (serverName !== undefined) return { servername: serverName }
  return isIP(host) === 0 ? { servername: host } : {}
}

/** Resolves at the event; rejects when the socket fails or closes first. */
function untilEvent(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const failed = (error: Error) => reject(error)
  const closed = () => reject(new Error('the server closed the connection'))
  socket.once(event, resolve)
  socket.once('error', failed)
  socket.once('close', closed)
  return promise.finally(() => {
    socket.off(event, resolve)
    socket.off('close', closed)
    socket.off('error', failed)
    // Between here and the next listener an error must not be one that nobody hears.
    socket.on('error', () => undefined)
  })
}

/** StartTLS (RFC 4511 section 4.14). Nothing may follow the answer in the clear. */
async function requestTls(socket: Socket, server: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<LdapResult>()
  const frames = new MessageFrames()
  const onData = (chunk: Buffer) => {
    try {
      const results: LdapResult[] = []
      frames.push(chunk, bytes => {
        const message = decodeMessage(bytes)
        if (message.kind === 'result') results.push(message.result)
      })
      if (results.length > 1 || (results.length === 1 && !frames.empty)) {
        reject(new Error('the server sent data in the clear after its StartTLS answer'))
      }
      if (results[0] !== undefined) resolve(results[0])
    } catch (error) {
      reject(error)
    }
  }
  const closed = () => reject(new Error('the server closed the connection'))
  socket.on('data', onData)
  socket.once('close', closed)
  socket.write(encodeMessage(1, startTlsRequest()))
  try {
    const result = await promise
    if (result.code !== 0) throw new StartTlsRefusedError(server, 'StartTLS', result)
  } finally {
    socket.off('data', onData)
    socket.off('close', closed)
    socket.pause()
  }
}
