import { setTimeout as delay } from 'node:timers/promises'
import { PermanentError } from '@opendirsync/contracts'
import { type CsvFile, type CsvImporter, namingContextOf } from './import-csv.ts'
import { newestFile, settledAfterMs, type WatchedFile } from './newest-file.ts'

const mostLooks = 10

/** The newest file of a folder, imported once for each of its versions. */
export class WatchedFolder {
  readonly #importer: Pick<CsvImporter, 'connector' | 'store'>
  readonly #folder: string | undefined
  #tried: string | undefined

  constructor(importer: Pick<CsvImporter, 'connector' | 'store'>, folder: string | undefined) {
    this.#importer = importer
    this.#folder = folder
  }

  /** The newest file as it is now, once nobody writes to it. */
  async newest(signal: AbortSignal): Promise<CsvFile | undefined> {
    if (this.#folder === undefined) return undefined
    for (let looks = 0; looks < mostLooks; looks++) {
      const file = await newestFile(this.#folder)
      if (file === undefined || file.isSettled) return file
      await delay(settledAfterMs, undefined, { signal })
    }
    throw new PermanentError('The newest file is still being written. Ask again when that has ended.')
  }

  /**
   * The newest file, when it was not imported yet.
   *
   * @param use ends with an error where it was not the file's fault: then it is tried again
   */
  async useNews(use: (file: WatchedFile) => Promise<void>): Promise<void> {
    if (this.#folder === undefined) return
    const { connector, store } = this.#importer
    const file = await newestFile(this.#folder)
    if (file === undefined || !file.isSettled || file.identity === this.#tried) return
    const key = { connector, namingContext: namingContextOf(connector) }
    const last = await store.connectorSpace.cookie(key)
    if (last !== undefined && !isNews(file, Buffer.from(last.cookie).toString())) return
    await use(file)
    this.#tried = file.identity
  }
}

/** Of what was handed in over the API, in milliseconds since 1970. */
export function uploadIdentity({ uploadId, handedInAt }: { uploadId: string; handedInAt: number }): string {
  return `upload ${uploadId} ${handedInAt}`
}

/** A file of the folder that is older than one that was handed in must not bring back what that one replaced. */
function isNews({ identity, changedAt }: WatchedFile, last: string): boolean {
  const handedInAt = /^upload \S+ (\d+)$/.exec(last)?.[1]
  return handedInAt === undefined ? identity !== last : changedAt > Number(handedInAt)
}
