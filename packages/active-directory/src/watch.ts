import { UnavailableError } from '@opendirsync/contracts'
import type { DirectoryConnection } from './connection/directory-connection.ts'
import type { EntryStream } from './connection/entry-stream.ts'
import { resultError } from './errors.ts'
import { notification, showDeleted } from './protocol/controls.ts'
import { readRootDse } from './read-root-dse.ts'

export interface Watch {
  /** Resolves when the signal fires; rejects with UnavailableError when the connection is lost. */
  readonly ended: Promise<void>
}

/**
 * Calls `onChange` for each change below a naming context, whatever it is (MS-ADTS section 3.1.1.3.4.1.9).
 * It says only that something is new: read the changes with DirSync. Nothing is kept, and many calls may
 * come at once.
 *
 * The promise resolves when the server watches, so that a DirSync begun afterwards misses nothing.
 */
export async function watch(
  connection: DirectoryConnection,
  namingContext: string,
  onChange: () => void,
  signal: AbortSignal
): Promise<Watch> {
  // `objectClass=*` is the only filter allowed. Samba reports deletions only with ShowDeleted.
  const stream = connection.openSearch(
    { base: namingContext, scope: 'subtree', attributes: ['1.1'], controls: [notification, showDeleted] },
    { endless: true }
  )
  const ended = follow(connection, { stream, namingContext, onChange, signal })
  // Whoever does not look at `ended` must not fall over it.
  ended.catch(() => undefined)
  // A server works through one connection's requests in their order; an answer to the next shows that it watches.
  await Promise.race([readRootDse(connection), ended])
  return { ended }
}

async function follow(
  connection: DirectoryConnection,
  {
    stream,
    namingContext,
    onChange,
    signal
  }: { stream: EntryStream; namingContext: string; onChange: () => void; signal: AbortSignal }
): Promise<void> {
  const stop = () => stream.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    while (!signal.aborted && (await stream.next()) !== undefined) onChange()
  } finally {
    signal.removeEventListener('abort', stop)
    stream.stop()
  }
  if (signal.aborted) return
  const { result } = stream
  if (result !== undefined && result.code !== 0) {
    throw resultError(connection.server, `a watch on ${namingContext}`, result)
  }
  throw new UnavailableError('active-directory', `${connection.server} ended the watch on ${namingContext}.`)
}
