import { setTimeout as delay } from 'node:timers/promises'
import { connectDirectory, type DirectoryConnection, dirSync } from '@opendirsync/active-directory'
import type { Cookie } from '@opendirsync/contracts'
import {
  type Company,
  firstSync,
  populate,
  type System,
  settled,
  startSambaDomain,
  startSystem,
  type TenantReader,
  tenantReader
} from '@opendirsync/testing'
import { Client } from 'pg'
import { makeTemporaryFolder } from '../../packages/testing/src/processes/temporary-folder.ts'
import { manyPeople } from '../support/many-people.ts'
import { importedAttributes } from './dir-sync-request.ts'
import type { BenchOptions } from './options.ts'
import { rawDirSync } from './raw-dir-sync.ts'
import { median, rounded } from './statistics.ts'

const newcomers = 6
const lookEveryMs = 2
const giveUpAfterMs = 60_000

/**
 * A group of 50,000, all of them in the tenant, and the system idle. People join it one after another:
 *
 * - `latencyMs`: from sending the LDAP modify to the first Graph read of the emulator that shows the membership; the
 *   median.
 * - `modifyMs`: how much of it passes until the domain controller has answered the modify. `directoryMs`: what
 *   OpenLDAP's `ldapsearch` takes, after the join, for the DirSync read that tells it. Samba keeps the members of a
 *   group in one record, and both times it goes through all of them. `ownMs`: the rest, which is not the directory's.
 * - `rowsTouched`: rows of `staged_link` and `export_link`, together, that were inserted, updated or deleted for one
 *   join: those whose version is newer than the join (by `xmin`), and those that are missing. One in each table is the
 *   least that there can be: the membership as the directory has it, and as the tenant has it.
 * - `graphWrites`: writes that the emulator counted for one join, each request of a batch on its own.
 *
 * Of rows and writes the largest number of all joins counts. The first join warms up and is not counted.
 *
 * @throws Error when a join does not arrive
 */
export async function largeGroup({ objects: members = 50_000 }: BenchOptions): Promise<object> {
  const crowd = groupWithNewcomers(members)
  await using domain = await startSambaDomain({ populate: files => populate(files, crowd) })
  await using system = await startSystem({ domain, services: ['transform', 'export', 'api'] })
  const { summary } = await firstSync(system, { timeoutMs: 1_200_000, lookEveryMs: 1_000 })
  if (summary.exported.memberships !== members)
    throw new Error(`the group has ${summary.exported.memberships} of ${members} members in the tenant`)

  using tenant = tenantReader(system.emulator.graph)
  await using connection = await connectDirectory(domain)
  await using rows = await linkRows(system.postgres.url)
  const ids = new Map((await tenant.users()).map(user => [user.displayName, user.id]))
  await using folder = makeTemporaryFolder('bench')
  const cookie = await positionOf(connection, domain.baseDn)
  const joins: Join[] = []
  for (let number = members; number < members + newcomers; number += 1) {
    const entraId = ids.get(`Person ${number}`)
    if (entraId === undefined) throw new Error(`Person ${number} is not in the tenant`)
    const before = await rows.now()
    await system.emulator.resetRequests()
    const startedAt = performance.now()
    await connection.modify(`CN=Everybody of many,OU=Many,${domain.baseDn}`, [
      { operation: 'add', attribute: 'member', values: [`CN=Person ${number},OU=Many,${domain.baseDn}`] }
    ])
    const modifyMs = performance.now() - startedAt
    await untilMember(tenant, entraId)
    const latencyMs = performance.now() - startedAt
    const left = await traces(system, rows, before)
    const directoryMs = (await rawDirSync(domain, folder.path, cookie)).seconds * 1_000
    joins.push({ modifyMs, latencyMs, directoryMs, ...left })
  }
  const counted = joins.slice(1)
  const medianOf = (time: (join: Join) => number) => rounded(median(counted.map(time)), 0)
  return {
    members,
    rowsTouched: Math.max(...counted.map(join => join.rowsTouched)),
    graphWrites: Math.max(...counted.map(join => join.graphWrites)),
    latencyMs: medianOf(join => join.latencyMs),
    modifyMs: medianOf(join => join.modifyMs),
    directoryMs: medianOf(join => join.directoryMs),
    ownMs: medianOf(join => join.latencyMs - join.modifyMs - join.directoryMs)
  }
}

interface Join {
  readonly latencyMs: number
  readonly modifyMs: number
  readonly directoryMs: number
  readonly rowsTouched: number
  readonly graphWrites: number
}

function groupWithNewcomers(members: number): Company {
  const { domain, objects } = manyPeople(members + newcomers)
  return {
    domain,
    objects: objects.map(object =>
      object.members === undefined ? object : { ...object, members: object.members.slice(0, members) }
    )
  }
}

/** Where a DirSync read that begins now has nothing to tell. */
async function positionOf(connection: DirectoryConnection, namingContext: string): Promise<Cookie> {
  let cookie: Cookie = new Uint8Array()
  for await (const step of dirSync(connection, { namingContext, attributes: importedAttributes }))
    if (step.kind === 'cookie') cookie = step.cookie
  return cookie
}

/** By the user's groups: the group's members come in pages. */
async function untilMember(tenant: TenantReader, entraId: string): Promise<void> {
  for (const startedAt = performance.now(); performance.now() - startedAt < giveUpAfterMs; ) {
    const { body } = await tenant.get(`/users/${entraId}/memberOf?$select=id`)
    if ((body as { value?: unknown[] } | undefined)?.value?.length === 1) return
    await delay(lookEveryMs)
  }
  throw new Error(`the new member was not in the tenant after ${giveUpAfterMs / 1_000} s`)
}

async function traces(
  system: System,
  rows: LinkRows,
  before: Moment
): Promise<Pick<Join, 'rowsTouched' | 'graphWrites'>> {
  // The tenant has the member a little before the rows say so.
  await settled(system, { timeoutMs: 30_000 })
  const { writes } = await system.emulator.requests()
  return { rowsTouched: await rows.touchedSince(before), graphWrites: writes }
}

interface Moment {
  readonly transaction: number
  readonly rows: number
}

interface LinkRows extends AsyncDisposable {
  now(): Promise<Moment>
  touchedSince(moment: Moment): Promise<number>
}

/** Looks at the two tables of links from outside. */
async function linkRows(postgresUrl: string): Promise<LinkRows> {
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  const numbers = async (query: string, ...values: number[]): Promise<number[]> => {
    const { rows } = await client.query<unknown[]>({ text: query, values, rowMode: 'array' })
    return (rows[0] ?? []).map(Number)
  }
  const links = '(select xmin from staged_link union all select xmin from export_link) link'
  return {
    async now() {
      const [transaction = Number.NaN, rows = Number.NaN] = await numbers(
        `select pg_snapshot_xmax(pg_current_snapshot())::text, count(*) from ${links}`
      )
      return { transaction, rows }
    },
    async touchedSince(moment) {
      const [written = Number.NaN, rows = Number.NaN] = await numbers(
        `select count(*) filter (where xmin::text::bigint >= $1), count(*) from ${links}`,
        moment.transaction
      )
      // What was deleted leaves no version behind, only a smaller number. An update leaves the number as it is.
      return written + Math.max(0, moment.rows - rows)
    },
    [Symbol.asyncDispose]: () => client.end()
  }
}
