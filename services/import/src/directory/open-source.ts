import type { DirectoryConnection, DomainControllers, RootDse } from '@opendirsync/active-directory'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { Source } from './importer.ts'

export interface OpenedSource extends Source, AsyncDisposable {
  /** Leaves this controller for others. */
  leave(reason: string): void
}

export type OpenSource = (signal: AbortSignal) => Promise<OpenedSource>

interface Parts {
  readonly connector: string
  readonly controllers: DomainControllers
  readonly store: Store
  readonly log: Logger
  /** Called after a full import was requested. */
  readonly onFullImportRequested: () => void
}

/**
 * Connects to a domain controller and asks whether it is what it was. The connection is closed when the signal fires.
 *
 * @throws SetupError `ad-other-domain` when it serves another domain than the connector has imported so far
 */
export function sourceOpener(parts: Parts): OpenSource {
  let before: Promise<unknown> = Promise.resolve()
  return signal => {
    // One after the other: of two at once, the one that asked first and told last would make the controller look older.
    const opened = before.then(() => open(parts, signal))
    before = opened.catch(() => undefined)
    return opened
  }
}

async function open(parts: Parts, signal: AbortSignal): Promise<OpenedSource> {
  const { connection, rootDse, url, failed } = await parts.controllers.connect(signal)
  for (const { url: other, error } of failed) {
    parts.log.warn({ connector: parts.connector, controller: other, instead: url }, error.message)
  }
  const close = () => void connection[Symbol.asyncDispose]()
  signal.addEventListener('abort', close, { once: true })
  const dispose = async () => {
    signal.removeEventListener('abort', close)
    await connection[Symbol.asyncDispose]()
  }
  const leave = (reason: string) => parts.controllers.leave(url, reason)
  try {
    await registerDomain(parts, connection, rootDse)
    await recognise(parts, rootDse, leave)
    return {
      connection,
      rootDse,
      namingContext: rootDse.defaultNamingContext,
      leave,
      [Symbol.asyncDispose]: dispose
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Another domain under a connector's name would make everything of the first one look as if it had vanished. */
async function registerDomain(
  { connector, store }: Parts,
  { server }: DirectoryConnection,
  { defaultNamingContext }: RootDse
): Promise<void> {
  const before = (await store.connectors.get(connector))?.namingContext ?? ''
  if (before !== '' && before.toLowerCase() !== defaultNamingContext.toLowerCase()) {
    throw new SetupError(
      'ad-other-domain',
      `The connector ${connector} has imported ${before}, and ${server} serves ${defaultNamingContext}. ` +
        'Correct the addresses of its domain controllers, or give this domain a connector of its own.'
    )
  }
  await store.connectors.register(connector, 'active-directory', defaultNamingContext)
}

async function recognise(parts: Parts, rootDse: RootDse, leave: (reason: string) => void): Promise<void> {
  const { connector, store, log, onFullImportRequested } = parts
  const { dnsHostName: server, invocationId, highestCommittedUsn: highestUsn } = rootDse
  if (invocationId === undefined) return
  const now = { connector, server, invocationId, highestUsn }
  const history = await store.connectorSpace.recogniseController(now)
  const reason = reasons[history]?.(server)
  if (reason !== undefined) {
    await store.runs.request({ connector, mode: 'full', trigger: 'recovery', reason })
    log.warn({ connector, server, history }, `${reason} A full import was requested.`)
    onFullImportRequested()
  }
  await store.connectorSpace.rememberController(now)
  if (history !== 'rolled-back' || reason === undefined) return
  leave(reason)
  throw new UnavailableError('active-directory', `${reason} Another controller is tried first.`)
}

const reasons: Readonly<Partial<Record<string, (server: string) => string>>> = {
  restored: server =>
    `${server} has another identity than before: it was restored from a backup or made anew, and may lack changes that were imported.`,
  'rolled-back': server =>
    `${server} is older than it was: a snapshot was put back (a USN rollback), and what it reports as new cannot be relied on. Demote it and promote it again.`
}
