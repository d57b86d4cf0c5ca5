import { mkdtempSync } from 'node:fs'
import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder extends AsyncDisposable {
  readonly path: string
  /** Puts a whole file into it, as one that was written to some seconds ago. */
  drop(name: string, content: string, secondsAgo: number): Promise<void>
}

/** An empty folder, removed when disposed. */
export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'opendirsync-watched-'))
  return {
    path,
    async drop(name, content, secondsAgo) {
      const file = join(path, name)
      const then = Date.now() / 1_000 - secondsAgo
      await writeFile(`${file}.part`, content)
      await utimes(`${file}.part`, then, then)
      await rename(`${file}.part`, file)
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true })
  }
}
