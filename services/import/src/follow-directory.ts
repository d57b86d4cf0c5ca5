import {
  connectDirectory,
  type DirectoryConnection,
  type DirectoryServer,
  type RootDse,
  readRootDse,
  watch
} from '@opendirsync/active-directory'
import { CookieConflictError, CookieRefusedError, UnavailableError } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { runImport } from './run-import.ts'
import type { WakeReason, WakeUp } from './wake-up.ts'

export interface Following {
  readonly server: DirectoryServer
  readonly connector: string
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  readonly wakeUp: WakeUp
  readonly pollMs: number
}

export interface Session extends AsyncDisposable {
  /** Imports whenever it is woken, until the connection is lost or the signal says to stop. */
  follow(signal: AbortSignal): Promise<void>
}

/**
 * Connects, watches, and makes a first import. In this order: what changes after the watch began wakes us,
 * what changed before is read by the import.
 *
 * @throws SetupError, UnavailableError
 */
export async function openSession(following: Following, signal: AbortSignal): Promise<Session> {
  const connection = await connectDirectory(following.server)
  try {
    const rootDse = await readRootDse(connection)
    const watching = await watch(
      connection,
      rootDse.defaultNamingContext,
      () => following.wakeUp.wake('notification'),
      signal
    )
    await importOnce(following, { connection, rootDse }, 'start')
    return {
      follow: stop => follow(following, { connection, rootDse, lost: watching.ended }, stop),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]()
    }
  } catch (error) {
    await connection[Symbol.asyncDispose]()
    throw error
  }
}

interface Connected {
  readonly connection: DirectoryConnection
  readonly rootDse: RootDse
}

async function follow(
  following: Following,
  connected: Connected & { readonly lost: Promise<void> },
  signal: AbortSignal
): Promise<void> {
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  // Without the watch the importer would only poll. So its end ends the session, and a new one is opened.
  connected.lost.then(
    () => ending.abort(lostWatch(connected)),
    (error: unknown) => ending.abort(error)
  )
  for (;;) {
    const reason = await following.wakeUp.next(following.pollMs, either)
    await importOnce(following, connected, reason)
  }
}

function lostWatch({ connection }: Connected): UnavailableError {
  return new UnavailableError(
    'active-directory',
    `The change notification of ${connection.server} has ended.`
  )
}

async function importOnce(following: Following, { connection, rootDse }: Connected, reason: WakeReason) {
  const { store, connector, queues, log } = following
  const importer = { connector, store, queues, log, connection, rootDse }
  try {
    const outcome = await runImport(importer, reason)
    if (outcome.runId !== undefined) log.info({ connector, reason, ...outcome }, 'imported')
  } catch (error) {
    await recover(following, error)
  }
}

/** Two faults are part of the protocol: both are said, and both lead to another import at once. */
async function recover({ store, connector, log, wakeUp }: Following, error: unknown): Promise<void> {
  if (error instanceof CookieRefusedError) {
    await store.runs.request({ connector, mode: 'full', trigger: 'recovery' })
    log.warn({ connector }, `${error.message} A full import was requested.`)
  } else if (error instanceof CookieConflictError) {
    log.warn({ connector }, error.message)
  } else throw error
  wakeUp.wake('start')
}
