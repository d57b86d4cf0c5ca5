import type { Match, PendingExport } from '@opendirsync/contracts'
import type { MatchOptions } from './match-options.ts'
import type { TenantUser } from './tenant-user.ts'

export interface WayOfMatching {
  readonly by: Match['by']
  readonly option: keyof MatchOptions
  /** What an operator sets to allow it. */
  readonly variable: string
}

const byName: WayOfMatching = {
  by: 'userPrincipalName',
  option: 'softUserPrincipalName',
  variable: 'MATCH_SOFT_UPN'
}
const byMail: WayOfMatching = { by: 'mail', option: 'softMail', variable: 'MATCH_SOFT_MAIL' }

/** By what the account is taken for the desired user. A secondary address says nothing, as in Entra Connect. */
export function waysOfMatching({ desired }: PendingExport, user: TenantUser): WayOfMatching[] {
  return [
    ...(isSame(desired.userPrincipalName, user.userPrincipalName) ? [byName] : []),
    ...(isSame(desired.mail, user.primaryAddress) ? [byMail] : [])
  ]
}

function isSame(desired: unknown, value: string | undefined): boolean {
  return typeof desired === 'string' && desired !== '' && desired.toLowerCase() === value?.toLowerCase()
}
