import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Servers live where an ordinary user's PATH does not look. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/bin', '/bin']

/**
 * The full path of a program on the PATH or in a system folder.
 * @throws Error naming the Debian package that has it.
 */
export function findProgram(name: string, debianPackage: string): string {
  const folders = [...systemFolders, ...(process.env.PATH ?? '').split(delimiter)]
  const found = folders.map(folder => join(folder, name)).find(isExecutable)
  if (found === undefined) {
    throw new Error(`${name} is not installed: apt-get install --no-install-recommends ${debianPackage}`)
  }
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
