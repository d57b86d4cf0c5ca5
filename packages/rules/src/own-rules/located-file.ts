import { type LocatedYaml, type Path, readLocated } from '@opendirsync/located-yaml'
import type { RuleFault } from './fault.ts'

/** The file of own rules, with where everything stands in it. */
export interface LocatedFile {
  readonly value: unknown
  /** Where the file is not YAML; then `value` is undefined. */
  readonly faults: readonly RuleFault[]
  /** At the value of the path, or at the nearest one above it that is there. */
  fault(path: Path, message: string, which?: Parameters<LocatedYaml['placeOf']>[1]): RuleFault
}

export function readLocatedFile(text: string): LocatedFile {
  const yaml = readLocated(text)
  return {
    value: yaml.value,
    faults: yaml.faults.map(fault => ({ ...fault.place, path: '', message: capitalised(fault.text) })),
    fault: (path, message, which) => ({ ...yaml.placeOf(path, which), path: pathText(path), message })
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function pathText(path: Path): string {
  return path
    .map((part, depth) => (typeof part === 'number' ? `[${part}]` : `${depth === 0 ? '' : '.'}${part}`))
    .join('')
}
