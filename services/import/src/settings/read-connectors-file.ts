import { readFile } from 'node:fs/promises'
import { SetupError } from '@opendirsync/contracts'
import { type LocatedYaml, readLocated } from '@opendirsync/located-yaml'
import { activeDirectoryFaults, type Entry, pathIn } from './connector-faults.ts'
import {
  ActiveDirectoryEntry,
  type ActiveDirectorySettings,
  type ConnectorSettings,
  CsvEntry,
  type CsvSettings
} from './connector-settings.ts'
import type { Fault } from './fault.ts'
import { readPasswordFile } from './password-file.ts'
import { schemaFaults } from './schema-faults.ts'

const defaultPollSeconds = 60

/**
 * The connectors that a YAML file describes.
 *
 * @throws SetupError `connectors-file`, with one sentence for each fault, its line and its column
 */
export async function readConnectorsFile(path: string): Promise<readonly ConnectorSettings[]> {
  const file = readLocated(await textOf(path))
  const faults = file.faults.length > 0 ? file.faults : await faultsOf(file, path)
  if (faults.length === 0)
    return (file.value as readonly (ActiveDirectoryEntry | CsvEntry)[]).map(entry => settingsOf(entry, path))
  const said = faults
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .map(({ place, text }) => `Line ${place.line}, column ${place.column}: ${text}`)
  throw new SetupError('connectors-file', `The connectors file ${path} is not usable. ${said.join(' ')}`)
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new SetupError(
      'connectors-file',
      `CONNECTORS_FILE names a file that cannot be read (${code}): ${path}`,
      { cause }
    )
  }
}

async function faultsOf(file: LocatedYaml, filePath: string): Promise<Fault[]> {
  if (!Array.isArray(file.value) || file.value.length === 0) {
    return [
      { place: file.placeOf([]), text: 'the file is not a list of connectors: begin each with "- name:".' }
    ]
  }
  const found = await Promise.all(file.value.map((entry, index) => entryFaults(entry, index, file, filePath)))
  return [...found.flat(), ...repeatedNames(file.value, file)]
}

async function entryFaults(
  value: unknown,
  index: number,
  file: LocatedYaml,
  filePath: string
): Promise<Fault[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ place: file.placeOf([index]), text: 'this connector is not a map of settings.' }]
  const entry = value as Entry
  const kind = entry.kind ?? 'active-directory'
  if (kind !== 'active-directory' && kind !== 'csv')
    return [{ place: file.placeOf([index, 'kind']), text: 'kind is not one of active-directory, csv.' }]
  const surroundings = { file, filePath, at: [index] }
  return kind === 'csv'
    ? schemaFaults(CsvEntry, entry, [index], file)
    : [
        ...schemaFaults(ActiveDirectoryEntry, entry, [index], file),
        ...(await activeDirectoryFaults(entry, surroundings))
      ]
}

/** Names that differ in case only would be mistaken for one another. */
function repeatedNames(entries: readonly unknown[], file: LocatedYaml): Fault[] {
  const seen = new Set<string>()
  return entries.flatMap((entry, index) => {
    const name = (entry as { name?: unknown } | null)?.name
    if (typeof name !== 'string') return []
    const key = name.toLowerCase()
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [{ place: file.placeOf([index, 'name']), text: `another connector is named ${name} already.` }]
  })
}

function settingsOf(entry: ActiveDirectoryEntry | CsvEntry, filePath: string): ConnectorSettings {
  return entry.kind === 'csv' ? csvSettings(entry, filePath) : activeDirectorySettings(entry, filePath)
}

function activeDirectorySettings(entry: ActiveDirectoryEntry, filePath: string): ActiveDirectorySettings {
  const { name, bindDn, controllers, discover, startTls = false, objectSecurity = false } = entry
  const { passwordFile, caFile, serverName, fullImport, scope, pollSeconds = defaultPollSeconds } = entry
  return {
    kind: 'active-directory',
    name,
    controllers:
      discover === undefined ? { kind: 'list', urls: controllers ?? [] } : { kind: 'dns', ...discover },
    startTls,
    bindDn,
    password: () => readPasswordFile(pathIn(filePath, passwordFile)),
    objectSecurity,
    pollMs: pollSeconds * 1_000,
    ...(caFile !== undefined && { caFile: pathIn(filePath, caFile) }),
    ...(serverName !== undefined && { serverName }),
    ...(fullImport !== undefined && { fullImport }),
    ...(scope !== undefined && { scope })
  }
}

function csvSettings(entry: CsvEntry, filePath: string): CsvSettings {
  const { kind, name, folder, scope, pollSeconds = defaultPollSeconds, ...mapping } = entry
  return {
    kind,
    name,
    mapping,
    pollMs: pollSeconds * 1_000,
    ...(folder !== undefined && { folder: pathIn(filePath, folder) }),
    ...(scope !== undefined && { scope })
  }
}
