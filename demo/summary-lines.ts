import type { SystemSummary } from '@opendirsync/testing'

export function progressLine({ stagedObjects, exported, quarantined }: SystemSummary): string {
  const staged = (stagedObjects.user ?? 0) + (stagedObjects.group ?? 0)
  return `${staged} users and groups staged, ${exported.users + exported.groups} in the tenant, ${quarantined} in quarantine`
}

/** What is in the connector space, and what of it is in the tenant. */
export function arrivedLines(summary: SystemSummary, seconds: number): string[] {
  const { stagedObjects, exported, quarantined } = summary
  const row = (what: string, inDirectory: number, inTenant: number | string) =>
    `  ${what.padEnd(14)}${String(inDirectory).padStart(12)}${String(inTenant).padStart(12)}`
  return [
    `Settled after ${seconds.toFixed(1)} s.`,
    '',
    `  ${''.padEnd(14)}${'directory'.padStart(12)}${'tenant'.padStart(12)}`,
    row('users', stagedObjects.user ?? 0, exported.users),
    row('groups', stagedObjects.group ?? 0, exported.groups),
    row('contacts', stagedObjects.contact ?? 0, '-'),
    row('computers', stagedObjects.computer ?? 0, '-'),
    '',
    `  ${exported.memberships} memberships and ${exported.managers} managers were written; ${quarantined} objects are in quarantine.`,
    "  The directory's own accounts and groups (Administrator, Domain Users, …) and computers are left out by the",
    '  rules; contacts are known here, and Microsoft Graph cannot create them.'
  ]
}
