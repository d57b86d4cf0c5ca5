import { createReadStream } from 'node:fs'
import { access, constants, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PermanentError, SetupError } from '@opendirsync/contracts'

export interface WatchedFile {
  readonly name: string
  /** Name, size and time of change: another version of the file has another identity. */
  readonly identity: string
  /** Milliseconds since 1970. */
  readonly changedAt: number
  /** It has not been written to for a while. */
  readonly isSettled: boolean
  /** @throws PermanentError when it cannot be read to its end, or is not the same any more then */
  open(): AsyncIterable<Uint8Array>
}

/** A file that was written to more recently may still be being written. */
export const settledAfterMs = 2_000

/**
 * The newest `*.csv` of a folder, by its time of change. That one is the directory; older ones are left alone.
 *
 * @throws SetupError `csv-folder` when the folder cannot be read, `csv-file` when the file cannot
 */
export async function newestFile(folder: string): Promise<WatchedFile | undefined> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SetupError(
      'csv-folder',
      `The folder ${folder} cannot be read: make it, and let this process read it.`,
      {
        cause
      }
    )
  })
  const files = await Promise.all(
    names
      .filter(name => /\.csv$/i.test(name) && !name.startsWith('.'))
      // One that was taken away since is not there.
      .map(name => factsOf(folder, name).catch(() => undefined))
  )
  const newest = files
    .flatMap(file => file ?? [])
    .sort((a, b) => b.changedAt - a.changedAt || (a.name < b.name ? 1 : -1))[0]
  if (newest === undefined) return undefined
  const { name, identity, changedAt } = newest
  const path = join(folder, name)
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new SetupError('csv-file', `The file ${path} cannot be read: let this process read it.`, { cause })
  })
  return {
    name,
    identity,
    changedAt,
    isSettled: Date.now() - changedAt >= settledAfterMs,
    open: () => wholeFile(folder, newest)
  }
}

type Facts = Pick<WatchedFile, 'name' | 'identity' | 'changedAt'>

async function factsOf(folder: string, name: string): Promise<Facts | undefined> {
  const facts = await stat(join(folder, name))
  if (!facts.isFile()) return undefined
  return { name, identity: `${name} ${facts.size} ${facts.mtimeMs}`, changedAt: facts.mtimeMs }
}

/** What is written while it is being read would be half of the old file and half of the new one. */
async function* wholeFile(folder: string, { name, identity }: Facts): AsyncGenerator<Uint8Array, void> {
  const path = join(folder, name)
  let now: Facts | undefined
  try {
    yield* createReadStream(path)
    now = await factsOf(folder, name)
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new PermanentError(
      `The file ${path} could not be read to its end (${code}), so nothing of it was used. Put it there again, or ask for an import.`,
      { cause }
    )
  }
  if (now?.identity === identity) return
  throw new PermanentError(
    `The file ${path} was written to while it was being read, so nothing of it was used. It is read again when that has ended.`
  )
}
