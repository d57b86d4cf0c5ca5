import type { OwnRules } from '../rule-settings.ts'
import type { RuleFault } from './fault.ts'
import { readLocatedFile } from './located-file.ts'
import { Reader } from './reader.ts'
import { readRules } from './rules.ts'
import { readSettings } from './settings.ts'

const maxBytes = 1_048_576
const maxFaults = 100

/**
 * Reads the file of own rules: YAML, `version: 1`, `settings` and `rules` (docs/own-rules.md). All faults at once, in
 * the order of the file. Nothing of it is in force by that.
 */
export function readOwnRules(text: string): { ok: OwnRules } | { faults: readonly RuleFault[] } {
  if (text.length > maxBytes || new TextEncoder().encode(text).length > maxBytes) {
    return { faults: [{ line: 1, column: 1, path: '', message: 'The file is larger than 1 MiB.' }] }
  }
  const yaml = readLocatedFile(text)
  if (yaml.faults.length > 0) return { faults: yaml.faults.slice(0, maxFaults) }
  const faults: RuleFault[] = []
  const ok = readFile(new Reader(yaml, faults))
  if (faults.length === 0) return { ok }
  return {
    faults: faults
      .toSorted((one, other) => one.line - other.line || one.column - other.column)
      .slice(0, maxFaults)
  }
}

function readFile(reader: Reader): OwnRules {
  const fields = reader.fields(['version', 'settings', 'rules'], ['version'])
  if (fields?.has('version') === true && fields.at('version').value !== 1) {
    fields.at('version').refuse('This version of the form is not known: write 1.')
  }
  const settings = fields?.optional('settings')
  const read = settings === undefined ? {} : readSettings(settings)
  const rules = fields?.optional('rules')
  return { settings: read, rules: rules === undefined ? [] : readRules(rules, read) }
}
