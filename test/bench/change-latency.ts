import { connectDirectory } from '@opendirsync/active-directory'
import {
  company,
  firstSync,
  measureChange,
  populate,
  settled,
  startSambaDomain,
  startSystem,
  tenantReader
} from '@opendirsync/testing'

const changes = 200
const warmUps = 10

/**
 * One changed title after another on an idle system: from sending the LDAP modify to the first Graph read of
 * the emulator that shows it. Everything is on this machine, so no network is in it.
 */
export async function changeLatency(): Promise<object> {
  const staff = company({ users: 200, dirt: false })
  await using domain = await startSambaDomain({ populate: files => populate(files, staff) })
  await using system = await startSystem({ domain, services: ['transform', 'export', 'api'] })
  await firstSync(system, { timeoutMs: 120_000 })
  using tenant = tenantReader(system.emulator.graph)
  await using connection = await connectDirectory(domain)

  const ids = new Map(
    (await tenant.users()).map(user => [String(user.userPrincipalName).toLowerCase(), user.id])
  )
  const people = staff.objects.flatMap(({ kind, dn, attributes }) => {
    const entraId = ids.get(String(attributes.userPrincipalName).toLowerCase())
    return kind === 'user' && entraId !== undefined ? [{ dn: `${dn},${domain.baseDn}`, entraId }] : []
  })

  const tookMs: number[] = []
  for (let number = 0; number < warmUps + changes; number += 1) {
    const person = people[number % people.length]
    if (person === undefined) throw new Error('nobody has arrived in the tenant')
    const latencyMs = await measureChange(connection, tenant, { ...person, title: `Title ${number}` })
    if (number >= warmUps) tookMs.push(latencyMs)
    // The next change meets an idle system.
    await settled(system, { timeoutMs: 30_000 })
  }
  tookMs.sort((a, b) => a - b)
  return { changes, p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99) }
}

/** The nearest rank, in whole milliseconds. */
function percentile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN)
}
