import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
}

/** A new, empty folder that only this user can enter. It is removed when disposed, and when the process ends. */
export function makeTemporaryFolder(subject: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `opendirsync-${subject}-`))
  // A process that was just told to quit may still be writing into its folder.
  const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }
  const forget = atExit('folders', () => rmSync(path, removal))
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, removal)
      forget()
    }
  }
}
