import { createLogger, type Logger } from '@opendirsync/runtime'
import { expect, it } from 'vitest'
import { reportCertificateExpiry, reportMissingPermissions } from './report-tenant.ts'

const now = new Date('2026-11-01T12:00:00Z')

/** The lines that `report` writes. */
function warnings(report: (log: Logger) => void): string[] {
  const lines: string[] = []
  report(createLogger({ name: 'export', destination: { write: line => lines.push(line) } }))
  return lines
}

it.each<[string | undefined, RegExp | undefined]>([
  [undefined, undefined],
  ['2026-12-01T13:00:00.000Z', undefined],
  ['2026-12-01T11:00:00.000Z', /expires in 29 days/],
  ['2026-11-02T11:00:00.000Z', /expires in 0 days/]
])('a certificate that expires at %s', (certificateExpiresAt, expected) => {
  const facts = certificateExpiresAt === undefined ? {} : { certificateExpiresAt }
  const said = warnings(log => reportCertificateExpiry(facts, log, now))
  if (expected === undefined) expect(said).toEqual([])
  else expect(said.join()).toMatch(expected)
})

it('permissions that are missing stand in one line', () => {
  const missing = [
    { feature: 'contacts', purpose: 'know contacts', anyOf: ['OrgContact.Read.All'] },
    { feature: 'groups', purpose: 'write groups', anyOf: ['Group.ReadWrite.All', 'x'] }
  ] as const
  expect(warnings(log => reportMissingPermissions({ missing: [] }, log))).toEqual([])
  expect(warnings(log => reportMissingPermissions({ missing }, log))).toEqual([
    expect.stringContaining('to know contacts (OrgContact.Read.All), to write groups (Group.ReadWrite.All).')
  ])
})
