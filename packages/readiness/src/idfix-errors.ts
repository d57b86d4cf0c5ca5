import { allChecks } from './all-checks.ts'
import { conflictFacts } from './conflicts.ts'
import type { IdFixError } from './finding.ts'

const ofAttribute = new Map<string, IdFixError>()
const ofCode = new Map<string, IdFixError>()
for (const { code, attributes, idfix } of [...allChecks, ...conflictFacts]) {
  ofCode.set(code, idfix)
  for (const attribute of attributes) ofAttribute.set(`${code} ${attribute}`, idfix)
}

/** What IdFix called such a fault. */
export function idFixError(code: string, attribute: string): IdFixError {
  return ofAttribute.get(`${code} ${attribute}`) ?? ofCode.get(code) ?? 'Format'
}
