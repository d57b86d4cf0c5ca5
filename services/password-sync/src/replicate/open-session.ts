import {
  type ControllerConnection,
  type DomainControllers,
  watch,
  watchHealth
} from '@opendirsync/active-directory'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { connectReplication, type Replication } from '@opendirsync/drsr'
import type { Logger } from '@opendirsync/runtime'
import type { PasswordSyncSettings } from '../settings.ts'

/** One domain controller that tells when something has changed, and what. */
export interface Session extends AsyncDisposable {
  readonly replication: Replication
  /** Aborted when the controller is lost, and with the signal that it was opened with. */
  readonly signal: AbortSignal
}

interface SessionParts {
  readonly controllers: DomainControllers
  readonly settings: PasswordSyncSettings
  readonly namingContext: string
  readonly onChange: () => void
  readonly log: Logger
}

/**
 * Connects to a domain controller for change notification and for replication. What changes from then on is notified.
 *
 * @throws SetupError, UnavailableError
 */
export async function openSession(parts: SessionParts, signal: AbortSignal): Promise<Session> {
  const { controllers, settings, namingContext, onChange, log } = parts
  await using opened = new AsyncDisposableStack()
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const controller = await controllers.connect(signal)
  const { connection, rootDse, url, failed } = controller
  opened.use(connection)
  opened.defer(() => ending.abort(new UnavailableError('active-directory', 'The session was ended here.')))
  for (const { url: other, error } of failed) log.warn({ controller: other, instead: url }, error.message)
  requireSameDomain(namingContext, rootDse.defaultNamingContext, url)
  const { ended } = await watch(connection, namingContext, onChange, either)
  const lose = (error: unknown) => {
    if (either.aborted) return
    controllers.leave(url, error instanceof Error ? error.message : String(error))
    ending.abort(error)
  }
  ended.catch(lose)
  watchHealth(connection, { signal: either }).catch(lose)
  const replication = opened.use(await replicationFrom(controller, settings, either))
  log.info({ controller: replication.server }, 'reads passwords from the domain controller')
  const kept = opened.move()
  return { replication, signal: either, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function replicationFrom(
  { url, rootDse }: ControllerConnection,
  { replication: { account, password, signIn, port, serverName } }: PasswordSyncSettings,
  signal: AbortSignal
): Promise<Replication & AsyncDisposable> {
  const secret = Buffer.from(password.revealNewest())
  try {
    return await connectReplication({
      controller: {
        host: new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'),
        ...(port !== undefined && { port })
      },
      account: { ...account, password: secret },
      serverName: serverName ?? rootDse.dnsHostName,
      signIn,
      signal
    })
  } finally {
    secret.fill(0)
  }
}

function requireSameDomain(wanted: string, found: string, url: string): void {
  if (wanted.toLowerCase() === found.toLowerCase()) return
  throw new SetupError(
    'ad-other-domain',
    `Passwords of ${wanted} are read, and ${url} serves ${found}. Correct the addresses of the domain controllers.`
  )
}
