import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openStore } from '@opendirsync/store'
import { serviceNodeFlags, startPostgres } from '@opendirsync/testing'
import { Client } from 'pg'
import { dirtyPeople } from './dirty-people.ts'
import type { BenchOptions } from './options.ts'
import { rounded } from './statistics.ts'

const connector = 'corp.example.test'
const namingContext = 'DC=corp,DC=example,DC=test'
const stagedAtOnce = 2_000
const small = 10_000

/**
 * The readiness of 100,000 users, of whom 5 in 100 have a fault: every staged object is read from PostgreSQL and checked,
 * its addresses are compared with those of all others, what was found is written, and then the whole report is read back
 * and written as CSV. By a process of its own, whose `peakRssMiB` is told; staging the people is not timed.
 *
 * The same for 10,000 users in a database of its own: `ratioPerObject` is the time for one object at 100,000 to that at
 * 10,000. It is about 1 when the time grows with the number.
 */
export async function readinessBench({ objects = 100_000 }: BenchOptions): Promise<object> {
  await using postgres = await startPostgres()
  const few = await reportOn(await peopleIn(await postgres.createDatabase(), small))
  const many = await reportOn(await peopleIn(await postgres.createDatabase(), objects))
  return {
    objects: many.objects,
    findings: many.findings,
    seconds: rounded(many.seconds),
    peakRssMiB: many.peakRssMiB,
    secondsFor10000: rounded(few.seconds),
    ratioPerObject: rounded(many.seconds / many.objects / (few.seconds / few.objects))
  }
}

interface Report {
  readonly objects: number
  readonly findings: number
  readonly seconds: number
  readonly peakRssMiB: number
}

/** @returns the database's address */
async function peopleIn(url: string, users: number): Promise<string> {
  {
    await using store = await openStore({ url })
    await store.connectors.register(connector, 'active-directory', namingContext)
    const key = { connector, namingContext }
    const { generation } = await store.connectorSpace.beginFullImport(key, [])
    await store.connectorSpace.stagePage(
      {
        ...key,
        expected: undefined,
        mode: 'full',
        runId: '00000000-0000-4000-8000-000000000000',
        generation
      },
      async stage => {
        for (let from = 0; from < users; from += stagedAtOnce) {
          await stage(dirtyPeople(from, Math.min(users, from + stagedAtOnce), namingContext))
        }
        const to = { cookie: Buffer.from('end'), server: 'bench', invocationId: undefined }
        return { to, more: false, acceptVanished: false }
      }
    )
  }
  // As if synchronisation had seen them: what it does besides is measured elsewhere.
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('update staged_object set synchronised_revision = revision')
  await client.query('vacuum analyze')
  await client.end()
  return url
}

async function reportOn(url: string): Promise<Report> {
  const program = join(import.meta.dirname, 'report-readiness.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [...serviceNodeFlags, program], {
    env: { POSTGRES_URL: url, MALLOC_ARENA_MAX: '2' }
  })
  return JSON.parse(stdout)
}
