import { readFile } from 'node:fs/promises'
import { SetupError } from '@opendirsync/contracts'

/**
 * The password that the file holds; one line break at its end is cut off.
 *
 * @throws SetupError `ad-password-file`
 */
export async function readPasswordFile(path: string): Promise<string> {
  const fault = (what: string, cause?: unknown) =>
    new SetupError('ad-password-file', `The password file ${path} ${what}.`, { cause })
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw fault(`cannot be read (${code}): put it there, readable by this service`, cause)
  })
  const password = text.replace(/\r?\n$/, '')
  if (password === '') throw fault('is empty: write the password into it')
  return password
}
