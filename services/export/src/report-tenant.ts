import type { TenantFacts } from '@opendirsync/entra'
import type { Logger } from '@opendirsync/runtime'

/** What is left out for want of a permission would be taken for what the tenant does not have. */
export function reportMissingPermissions({ missing }: Pick<TenantFacts, 'missing'>, log: Logger): void {
  if (missing.length === 0) return
  const wanted = missing.map(({ purpose, anyOf }) => `to ${purpose} (${anyOf[0]})`).join(', ')
  log.warn(
    { missing },
    `The application may not do all that it could be used for: it lacks permissions ${wanted}. docs/permissions.md lists them.`
  )
}

const dayMs = 86_400_000
/** Long enough for somebody who is on holiday. */
const warnBeforeDays = 30

export function reportCertificateExpiry(
  { certificateExpiresAt }: Pick<TenantFacts, 'certificateExpiresAt'>,
  log: Logger,
  now: Date = new Date()
): void {
  if (certificateExpiresAt === undefined) return
  const days = Math.floor((Date.parse(certificateExpiresAt) - now.getTime()) / dayMs)
  if (days >= warnBeforeDays) return
  log.warn(
    { certificateExpiresAt, days },
    `The certificate of the application expires in ${days} days. Register a new one with it, and put it and its key into the file of GRAPH_CERTIFICATE_FILE; no restart is needed.`
  )
}
