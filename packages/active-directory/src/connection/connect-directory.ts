import { SetupError } from '@opendirsync/contracts'
import { bindError, connectionError, timeoutError } from '../errors.ts'
import { bindRequest } from '../protocol/requests.ts'
import { DirectoryConnection } from './directory-connection.ts'
import { addressOf, type DirectoryServer } from './directory-server.ts'
import { MessageExchange } from './message-exchange.ts'
import { reply } from './reply.ts'
import { openSocket } from './socket.ts'

const CONNECT_TIMEOUT_MS = 10_000
const OPERATION_TIMEOUT_MS = 120_000

/**
 * Connects, checks the server's certificate, and logs on.
 *
 * @throws SetupError `ad-address`, `ad-tls`, `ad-certificate` or `ad-credentials`, when a person must act
 * @throws UnavailableError when the server cannot be reached or does not answer in time
 */
export async function connectDirectory(server: DirectoryServer): Promise<DirectoryConnection> {
  const { text } = addressOf(server)
  // RFC 4513 section 5.1.2: a logon without a password succeeds, as nobody.
  if (server.bindDn === '' || server.password === '') {
    throw new SetupError(
      'ad-credentials',
      'The Active Directory account needs a name and a password: set both.'
    )
  }
  const timeoutMs = server.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  const deadline = AbortSignal.timeout(timeoutMs)
  const socket = await openSocket(server, deadline).catch((error: unknown) => {
    throw deadline.aborted ? timeoutError(text, 'the connection', timeoutMs) : connectionError(text, error)
  })
  const exchange = new MessageExchange(socket, text)
  try {
    const request = bindRequest(server.bindDn, server.password)
    const result = await reply(exchange, request, { action: 'the logon', timeoutMs })
    if (result.code !== 0) throw bindError(text, result)
  } catch (error) {
    await exchange.close()
    throw error
  }
  return new DirectoryConnection(exchange, server.operationTimeoutMs ?? OPERATION_TIMEOUT_MS)
}
