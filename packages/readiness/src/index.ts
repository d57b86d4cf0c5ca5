export { type AddressKey, addressKeys } from './address-keys.ts'
export { allChecks, readinessAttributes, readinessChecksVersion } from './all-checks.ts'
export type { ReadinessSettings } from './check.ts'
export { checkObject } from './check-object.ts'
export {
  cloudCollisionFinding,
  conflictFacts,
  duplicateFinding,
  suffixFinding
} from './conflicts.ts'
export {
  type Finding,
  type FindingCode,
  findingCodes,
  type IdFixError
} from './finding.ts'
export { idFixError } from './idfix-errors.ts'
export { findingsCsv } from './report/csv.ts'
export { csvFile } from './report/csv-file.ts'
export type { FindingRow, FindingRows } from './report/finding-row.ts'
export { type FindingCount, findingsText } from './report/text.ts'
