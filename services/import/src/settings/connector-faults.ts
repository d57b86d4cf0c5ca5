import { dirname, resolve } from 'node:path'
import { SetupError } from '@opendirsync/contracts'
import type { LocatedYaml, Path } from '@opendirsync/located-yaml'
import { controllerFault, isDnsServer, whyDiscoveryNeedsCa } from './controller-faults.ts'
import { cronFault } from './cron-pattern.ts'
import type { Fault } from './fault.ts'
import { readPasswordFile } from './password-file.ts'

/** A connector as the file has it. Values may be of the wrong type: that is told by the schema. */
export type Entry = Readonly<Record<string, unknown>>

export interface Surroundings {
  readonly file: LocatedYaml
  /** Of the connectors file. */
  readonly filePath: string
  /** Of the connector in the file. */
  readonly at: Path
}

/** What a schema cannot tell about a connector of kind `active-directory`. */
export async function activeDirectoryFaults(entry: Entry, surroundings: Surroundings): Promise<Fault[]> {
  const { controllers, discover, startTls, passwordFile, fullImport } = entry
  const found = [
    ...sourceFaults(entry, surroundings),
    ...textsOf(controllers).flatMap(([index, url]) =>
      faultAt(surroundings, ['controllers', index], controllerFault(url, startTls === true))
    ),
    ...textsOf((discover as Entry | null | undefined)?.dnsServers).flatMap(([index, address]) =>
      faultAt(
        surroundings,
        ['discover', 'dnsServers', index],
        isDnsServer(address) ? undefined : 'is not an IP address, with or without a port'
      )
    )
  ]
  if (typeof fullImport === 'string')
    found.push(...faultAt(surroundings, ['fullImport'], cronFault(fullImport)))
  if (typeof passwordFile === 'string' && passwordFile !== '')
    found.push(...(await passwordFaults(passwordFile, surroundings)))
  return found
}

/** A path of the connectors file: what is not absolute begins in the folder of that file. */
export function pathIn(filePath: string, path: string): string {
  return resolve(dirname(filePath), path)
}

function sourceFaults({ controllers, discover, caFile }: Entry, { file, at }: Surroundings): Fault[] {
  if (controllers !== undefined && discover !== undefined) {
    const text = 'controllers and discover are both here: remove one of them.'
    return [{ place: file.placeOf([...at, 'discover'], { key: true }), text }]
  }
  if (discover !== undefined && caFile === undefined) {
    const text = `caFile is missing: ${whyDiscoveryNeedsCa}.`
    return [{ place: file.placeOf([...at, 'discover'], { key: true }), text }]
  }
  if (controllers !== undefined || discover !== undefined) return []
  const text = 'controllers (addresses of domain controllers) or discover (to find them by DNS) is missing.'
  return [{ place: file.placeOf(at), text }]
}

async function passwordFaults(path: string, { file, filePath, at }: Surroundings): Promise<Fault[]> {
  try {
    await readPasswordFile(pathIn(filePath, path))
    return []
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return [{ place: file.placeOf([...at, 'passwordFile']), text: error.message }]
  }
}

function faultAt({ file, at }: Surroundings, path: Path, fault: string | undefined): Fault[] {
  if (fault === undefined) return []
  const name = path.map((part, index) =>
    typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part
  )
  return [{ place: file.placeOf([...at, ...path]), text: `${name.join('')} ${fault}.` }]
}

function textsOf(list: unknown): [index: number, text: string][] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown, index): [number, string][] =>
    typeof item === 'string' ? [[index, item]] : []
  )
}
