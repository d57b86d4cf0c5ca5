import { SetupError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { refuseDumps } from './refuse-dumps.ts'

function warnings(options: readonly string[], limit: string | undefined): unknown[] {
  const said: unknown[] = []
  refuseDumps({ warn: (...words: unknown[]) => void said.push(words) }, options, limit)
  return said
}

it.each([
  '--report-on-fatalerror',
  '--heapsnapshot-signal=SIGUSR2',
  '--heapsnapshot-near-heap-limit=2',
  '--inspect=0.0.0.0:9229',
  '--abort-on-uncaught-exception'
])('does not start with %s', option => {
  expect(() => warnings(['--max-semi-space-size=16', option], '0')).toThrow(SetupError)
})

it('says when a core file may be written', () => {
  expect(warnings(['--max-semi-space-size=16', ''], 'unlimited')).toHaveLength(1)
  expect(warnings([], '0')).toEqual([])
  expect(warnings([], undefined)).toEqual([])
})

it('switches reports off', () => {
  process.report.reportOnFatalError = true
  warnings([], '0')
  expect(process.report.reportOnFatalError).toBe(false)
})
