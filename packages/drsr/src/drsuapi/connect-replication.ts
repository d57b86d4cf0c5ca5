import { isIP } from 'node:net'
import { connectRpc, lookUpPort, type RpcClient, type RpcSyntax } from '../rpc/index.ts'
import { type DrsSession, openDrsSession } from './drs-session.ts'
import { findNamingContexts } from './naming-contexts.ts'
import { replicateChanges } from './replicate-changes.ts'
import { replicateObject } from './replicate-object.ts'
import type { Replication } from './replication.ts'
import { createInitiator } from './sign-in.ts'

/** MS-DRSR section 2.1. */
const DRSUAPI: RpcSyntax = { id: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2', major: 4, minor: 0 }

const UNBIND_TIMEOUT_MS = 2000

export interface ReplicationOptions {
  readonly controller: {
    /** Name or address. */
    readonly host: string
    /** Where replication listens there, when it is pinned; its endpoint mapper on port 135 is asked otherwise. */
    readonly port?: number
  }
  /** A domain account with the two replication rights, and nothing else. */
  readonly account: {
    readonly user: string
    /** NetBIOS or DNS name; empty when `user` is a user principal name. */
    readonly domain: string
    /** Text, or its UTF-8, which the caller may overwrite as soon as the promise is settled. */
    readonly password: string | Buffer
  }
  /** The controller's DNS name, which the sign-in is meant for; `host` unless told otherwise. */
  readonly serverName?: string
  /** NTLM unless told otherwise. Kerberos needs the full `serverName`, clocks that agree, and TCP port 88. */
  readonly signIn?: 'ntlm' | 'kerberos'
  /** For one call and for connecting, each; 120 s and 10 s unless told otherwise. */
  readonly timeoutMs?: number
  /** Ends connecting, not the connection. */
  readonly signal?: AbortSignal
}

/**
 * Connects to a domain controller for replication (MS-DRSR), signed and encrypted. Disposing ends
 * the connection and overwrites its keys.
 *
 * @throws SetupError `ad-address`, `ad-credentials`, `ad-authentication`, `ad-ntlm`, `ad-kerberos`, `ad-clock`,
 * `ad-replication`
 * @throws UnavailableError when the controller cannot be reached, is late, or makes no sense
 */
export async function connectReplication(
  options: ReplicationOptions
): Promise<Replication & AsyncDisposable> {
  const { controller, account, signal, timeoutMs } = options
  const { host, port = await mappedPort(options) } = controller
  const server = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  await using opened = new AsyncDisposableStack()
  const password = Buffer.from(account.password)
  opened.defer(() => void password.fill(0))
  const security = opened.use(createInitiator(options, password, server))
  password.fill(0)
  const client = opened.use(
    await connectRpc({
      ...{ host, port, interface: DRSUAPI, security },
      ...(timeoutMs !== undefined && { timeoutMs, connectTimeoutMs: timeoutMs }),
      ...(signal !== undefined && { signal })
    })
  )
  const session = await openDrsSession(client, server, signal)
  opened.defer(() => politely(client, session))
  const kept = opened.move()
  return {
    server,
    changes: request => replicateChanges(session, request),
    object: (object, callSignal) =>
      replicateObject(session, typeof object === 'string' ? { objectGuid: object } : object, callSignal),
    namingContexts: callSignal => findNamingContexts(session, account.domain, callSignal),
    [Symbol.asyncDispose]: () => kept.disposeAsync()
  }
}

async function mappedPort({ controller: { host }, timeoutMs, signal }: ReplicationOptions): Promise<number> {
  return await lookUpPort({
    host,
    interface: DRSUAPI,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal !== undefined && { signal })
  })
}

/** Says goodbye where somebody may hear it. A controller that does not answer forgets us with the connection. */
async function politely(client: RpcClient, session: DrsSession): Promise<void> {
  if (!client.usable) return
  try {
    await session.unbind(UNBIND_TIMEOUT_MS)
  } catch {
    // The connection is closed next, whatever became of it.
  }
}
