import type { ExportMode } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { exportModeInUse } from './export-mode.ts'

const cases: [
  what: string,
  forced: ExportMode,
  reading: ExportMode | undefined,
  ageMs: number,
  expected: ExportMode
][] = [
  ['before anything is known', 'export', undefined, 0, 'staging'],
  ['what the database says: export', 'export', 'export', 0, 'export'],
  ['what the database says: staging', 'export', 'staging', 0, 'staging'],
  ['staging by the environment, whatever the database says', 'staging', 'export', 0, 'staging'],
  ['export that was read a while ago', 'export', 'export', 9_999, 'export'],
  ['export that was read too long ago', 'export', 'export', 10_000, 'staging']
]

it.each(cases)('%s', (_what, forced, mode, ageMs, expected) => {
  const inUse = exportModeInUse(forced, () => 50_000)
  inUse.follow(() => (mode === undefined ? undefined : { mode, askedAtMs: 50_000 - ageMs }))
  expect(inUse.now()).toBe(expected)
})

it('is staging mode until it follows the database', () => {
  expect(exportModeInUse('export').now()).toBe('staging')
})
