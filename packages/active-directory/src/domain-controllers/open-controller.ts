import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { connectDirectory } from '../connection/connect-directory.ts'
import type { DirectoryConnection } from '../connection/directory-connection.ts'
import type { DirectoryServer } from '../connection/directory-server.ts'
import { type RootDse, readRootDse } from '../read-root-dse.ts'

export interface OpenedController {
  readonly connection: DirectoryConnection
  readonly rootDse: RootDse
}

interface Expected {
  /** The domain that the controller must answer for; any, when undefined. */
  readonly namingContext: string | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * Connects, logs on, and asks the controller who it is.
 * @throws SetupError `ad-domain` when it answers for another domain, and what `connectDirectory` throws
 * @throws UnavailableError when it cannot be reached or one of the steps takes longer than `timeoutMs`
 */
export async function openController(
  server: DirectoryServer,
  { namingContext, timeoutMs, signal }: Expected
): Promise<OpenedController> {
  await using opened = new AsyncDisposableStack()
  const connecting = connectDirectory({ ...server, connectTimeoutMs: timeoutMs })
  const connection = opened.use(await abortable(connecting, signal, late => late[Symbol.asyncDispose]()))
  const rootDse = await abortable(within(readRootDse(connection), timeoutMs, connection.server), signal)
  if (namingContext !== undefined && !isSameDn(rootDse.defaultNamingContext, namingContext)) {
    throw new SetupError(
      'ad-domain',
      `${connection.server} serves ${rootDse.defaultNamingContext}, not ${namingContext}: ` +
        'name a domain controller of that domain.'
    )
  }
  opened.move()
  return { connection, rootDse }
}

function isSameDn(one: string, other: string): boolean {
  const normal = (dn: string) => dn.toLowerCase().replaceAll(/\s*,\s*/g, ',')
  return normal(one) === normal(other)
}

/** A controller that has let us in may still be too busy to answer. */
async function within<T>(answer: Promise<T>, timeoutMs: number, server: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () =>
      reject(
        new UnavailableError(
          'active-directory',
          `${server} logged us on, but did not tell its domain within ${timeoutMs} ms. It will be retried.`
        )
      ),
    timeoutMs
  )
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Rejects with the signal's reason as soon as it is aborted; `tooLate` gets what comes after that. */
async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  tooLate: (value: T) => unknown = () => undefined
): Promise<T> {
  if (signal === undefined) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => {
    work.then(tooLate).catch(() => undefined)
    reject(signal.reason)
  }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
