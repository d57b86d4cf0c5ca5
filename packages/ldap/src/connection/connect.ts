import { BindRefusedError, MissingPasswordError, TimedOutError } from '../errors.ts'
import { bindRequest } from '../protocol/requests.ts'
import { connectionFault } from './connection-fault.ts'
import { LdapConnection } from './ldap-connection.ts'
import { MessageExchange } from './message-exchange.ts'
import { reply } from './reply.ts'
import { addressOf, type LdapServer } from './server-address.ts'
import { openSocket } from './socket.ts'

const CONNECT_TIMEOUT_MS = 10_000
const OPERATION_TIMEOUT_MS = 120_000

/**
 * Connects, checks the server's certificate, and logs on.
 *
 * @throws AddressError, MissingPasswordError before anything is sent
 * @throws TlsError, CertificateError when the other end does not prove who it is
 * @throws StartTlsRefusedError, BindRefusedError when the server says no
 * @throws ConnectionLostError, TimedOutError when the server cannot be reached or does not answer in time
 */
export async function connectLdap(server: LdapServer): Promise<LdapConnection> {
  const { text } = addressOf(server)
  if (server.bindDn === '' || server.password === '') {
    throw new MissingPasswordError('The account needs a name and a password: set both.')
  }
  const timeoutMs = server.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  const deadline = AbortSignal.timeout(timeoutMs)
  const socket = await openSocket(server, deadline).catch((error: unknown) => {
    throw deadline.aborted
      ? new TimedOutError(`${text} did not answer to the connection within ${timeoutMs} ms.`)
      : connectionFault(text, error)
  })
  const exchange = new MessageExchange(socket, text)
  try {
    const request = bindRequest(server.bindDn, server.password)
    const result = await reply(exchange, request, { action: 'the logon', timeoutMs })
    if (result.code !== 0) throw new BindRefusedError(text, 'the logon', result)
  } catch (error) {
    await exchange.close()
    throw error
  }
  return new LdapConnection(exchange, server.operationTimeoutMs ?? OPERATION_TIMEOUT_MS)
}
