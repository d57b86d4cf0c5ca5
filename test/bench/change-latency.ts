import { connectDirectory, type DirectoryConnection } from '@opendirsync/active-directory'
import {
  type Company,
  company,
  firstSync,
  type MeasuredChange,
  measureChange,
  populate,
  type SambaDomain,
  settled,
  startSambaDomain,
  startSystem,
  type TenantReader,
  tenantReader
} from '@opendirsync/testing'
import { fullImportsWithoutEnd } from './full-imports-without-end.ts'
import { manyAttributes } from './many-attributes.ts'
import type { BenchOptions } from './options.ts'
import { percentile, rounded } from './statistics.ts'

const changes = 200
const warmUps = 10
const staffSize = 200
/** Under load. */
const atOnce = 5

/**
 * One changed title after another on an idle system: from sending the LDAP modify to the first Graph read of
 * the emulator that shows it. Everything is on this machine, so no network is in it.
 *
 * With `--under-load` the directory has 50,000 objects, and full imports of all of them run one after another, without
 * a gap, from before the first change until after the last. What is measured then differs, because Samba does:
 *
 * - Samba takes no write while it answers a search: a modify waits in it until the full import's search has ended
 *   (seen on 4.17 with both of its databases; Windows does not). So the measure begins with the answer to the modify,
 *   when the change is there to be read. `modifyP99Ms` tells that wait alone. Since it is long, five people are changed
 *   at a time.
 * - Each connection has a process of its own in Samba (`--model=standard`), or the delta import's search would wait for
 *   that of the full import too. These processes tell one another of a write only every five seconds, which makes the
 *   notification useless here: the importer polls each second (`AD_POLL_SECONDS=1`), and of what is measured half a
 *   second is the wait for that.
 */
export async function changeLatency({ underLoad, objects = 50_000 }: BenchOptions): Promise<object> {
  const staff = company({ users: staffSize, dirt: false })
  const crowd = underLoad ? withOthers(staff, objects - staff.objects.length) : staff
  await using domain = await startSambaDomain({
    processModel: underLoad ? 'standard' : 'single',
    populate: files => populate(files, crowd)
  })
  await using system = await startSystem({
    domain,
    services: ['transform', 'export', 'api'],
    ...(underLoad && { environment: { AD_POLL_SECONDS: '1' } })
  })
  await firstSync(system, { timeoutMs: 1_200_000, lookEveryMs: underLoad ? 1_000 : 250 })
  using tenant = tenantReader(system.emulator.graph)
  await using connection = await connectDirectory(domain)

  const ids = new Map(
    (await tenant.users()).map(user => [String(user.userPrincipalName).toLowerCase(), user.id])
  )
  const people = staff.objects.flatMap(({ kind, dn, attributes }) => {
    const entraId = ids.get(String(attributes.userPrincipalName).toLowerCase())
    return kind === 'user' && entraId !== undefined ? [{ dn: `${dn},${domain.baseDn}`, entraId }] : []
  })
  if (!underLoad) {
    // The next change meets an idle system.
    const idle = () => settled(system, { timeoutMs: 30_000 })
    const measure = (change: MeasuredChange) => measureChange(connection, tenant, change)
    const tookMs = await measureAll(people, { changes, warmUps, measure, between: idle })
    return { changes, ...distribution(tookMs) }
  }
  await using load = await fullImportsWithoutEnd(system)
  const lanes = await Promise.all(
    Array.from({ length: atOnce }, (_unused, lane) =>
      changesOfOne(domain, tenant, {
        people: people.filter((_person, index) => index % atOnce === lane),
        check: () => load.check()
      })
    )
  )
  const modifyMs = lanes.flatMap(lane => lane.modifyMs)
  return {
    changes,
    ...distribution(lanes.flatMap(lane => lane.tookMs)),
    modifyP99Ms: rounded(percentile(modifyMs, 0.99), 0),
    objects: crowd.objects.length,
    fullImports: await load.completed()
  }
}

type Person = Pick<MeasuredChange, 'dn' | 'entraId'>

/** One administrator under load. @returns for each change the wait for the modify, and what passed from its answer on */
async function changesOfOne(
  domain: SambaDomain,
  tenant: TenantReader,
  { people, check }: { readonly people: readonly Person[]; readonly check: () => void }
): Promise<{ modifyMs: number[]; tookMs: number[] }> {
  await using connection = await connectDirectory(domain)
  const modifyMs: number[] = []
  const timed: Pick<DirectoryConnection, 'modify'> = {
    async modify(...change) {
      const sentAt = performance.now()
      await connection.modify(...change)
      modifyMs.push(performance.now() - sentAt)
    }
  }
  const measure = async (change: MeasuredChange) =>
    (await measureChange(timed, tenant, change)) - (modifyMs.at(-1) ?? 0)
  const counts = { changes: changes / atOnce, warmUps: warmUps / atOnce }
  return { modifyMs, tookMs: await measureAll(people, { ...counts, measure, between: async () => check() }) }
}

function withOthers({ domain, objects }: Company, count: number): Company {
  return { domain, objects: [...objects, ...manyAttributes(count).objects] }
}

interface Measuring {
  readonly changes: number
  readonly warmUps: number
  readonly measure: (change: MeasuredChange) => Promise<number>
  readonly between: () => Promise<unknown>
}

async function measureAll(people: readonly Person[], measuring: Measuring): Promise<number[]> {
  const tookMs: number[] = []
  for (let number = 0; number < measuring.warmUps + measuring.changes; number += 1) {
    const person = people[number % people.length]
    if (person === undefined) throw new Error('nobody has arrived in the tenant')
    const latencyMs = await measuring.measure({ ...person, title: `Title ${number}` })
    if (number >= measuring.warmUps) tookMs.push(latencyMs)
    await measuring.between()
  }
  return tookMs
}

function distribution(tookMs: readonly number[]): { p50Ms: number; p99Ms: number } {
  return { p50Ms: rounded(percentile(tookMs, 0.5), 0), p99Ms: rounded(percentile(tookMs, 0.99), 0) }
}
