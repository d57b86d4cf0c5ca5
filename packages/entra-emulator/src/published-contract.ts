import { existsSync, readFileSync } from 'node:fs'
import { type JsonObject, objectOf } from './test-client.ts'

/** Microsoft's metadata, reduced to what a synchronisation uses; it lies beside the repository where there is one. */
const file = new URL('../../../../shared/contract/graph-contract.json', import.meta.url)

export const hasContract = existsSync(file)

/** Empty where there is none. */
export const contract: JsonObject = hasContract ? objectOf(JSON.parse(readFileSync(file, 'utf8'))) : {}

/** What lies at the end of these names. */
export function at(value: unknown, ...names: string[]): unknown {
  return names.reduce<unknown>((each, name) => objectOf(each)[name], value)
}

/** Method and path without the names of the placeholders. */
export function plain(operation: string): string {
  return operation.replaceAll(/\{[^}]*\}/g, '{}').replace("(uniqueName='{}')", '(uniqueName)/{}')
}
