import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Run } from '@opendirsync/contracts'
import {
  populate,
  type SambaDomain,
  serviceNodeFlags,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { makeTemporaryFolder } from '../../packages/testing/src/processes/temporary-folder.ts'
import { manyAttributes } from './many-attributes.ts'
import type { BenchOptions } from './options.ts'
import { peakRssMiB } from './peak-memory.ts'
import { type Reading, rawDirSync } from './raw-dir-sync.ts'
import { median, rounded } from './statistics.ts'

const rounds = 3

/**
 * A full import of 50,000 users with 20 attributes each, against what the directory itself takes to tell them. All of
 * it in one run on one domain controller, one after the other, with nothing else at work:
 *
 * - *raw*: OpenLDAP's `ldapsearch` doing the same DirSync read, into a file
 * - *read*: our client doing that read and decoding it, in a process of its own that keeps nothing
 * - *stage*: the import service doing its first full import: reading, decoding, writing to an empty database and
 *   telling the queue; from the start of the run to its end, as its row has it
 *
 * Raw and read take turns; of each the median counts. `ratioReadToRaw` is read to raw, `ratioToRaw` stage (which reads
 * too) to raw. `peakRssMiB` is that of the import service, `readPeakRssMiB` that of the reading process.
 *
 * @throws Error when the three have not read the same number of objects
 */
export async function importBench({ objects: users = 50_000 }: BenchOptions): Promise<object> {
  await using domain = await startSambaDomain({ populate: files => populate(files, manyAttributes(users)) })
  await using folder = makeTemporaryFolder('bench')
  const raw: Reading[] = []
  const read: ReadingOfOurs[] = []
  for (let round = 0; round < rounds; round += 1) {
    raw.push(await rawDirSync(domain, folder.path))
    read.push(await readInItsOwnProcess(domain))
  }
  const stage = await fullImport(domain)
  const counts = new Set([...raw, ...read, stage].map(({ objects }) => objects))
  if (counts.size !== 1 || stage.objects < users)
    throw new Error(`not everybody has read the same: ${[...counts].join(', ')} of ${users} users and more`)
  const rawSeconds = median(raw.map(({ seconds }) => seconds))
  const readSeconds = median(read.map(({ seconds }) => seconds))
  return {
    objects: stage.objects,
    rawSeconds: rounded(rawSeconds),
    readSeconds: rounded(readSeconds),
    stageSeconds: rounded(stage.seconds),
    ratioReadToRaw: rounded(readSeconds / rawSeconds),
    ratioToRaw: rounded(stage.seconds / rawSeconds),
    peakRssMiB: stage.peakRssMiB,
    readPeakRssMiB: Math.max(...read.map(reading => reading.peakRssMiB))
  }
}

interface ReadingOfOurs extends Reading {
  readonly peakRssMiB: number
}

async function readInItsOwnProcess({
  url,
  bindDn,
  password,
  caFile,
  baseDn
}: SambaDomain): Promise<ReadingOfOurs> {
  const program = join(import.meta.dirname, 'read-dir-sync.ts')
  const directory = { url, bindDn, password, caFile, namingContext: baseDn }
  const { stdout } = await promisify(execFile)(process.execPath, [...serviceNodeFlags, program], {
    env: { DIRECTORY: JSON.stringify(directory), MALLOC_ARENA_MAX: '2' }
  })
  return JSON.parse(stdout)
}

/** The first import of a new system, which is a full one by itself. */
async function fullImport(domain: SambaDomain): Promise<ReadingOfOurs> {
  await using system = await startSystem({ domain, services: ['api'] })
  const importer = await system.start('import')
  const run = await waitFor(
    async () => {
      const { body } = await system.call('GET', '/v1/runs')
      const full = (body as { runs: readonly Run[] }).runs.find(({ mode }) => mode === 'full')
      return full?.endedAt !== undefined && full
    },
    { timeoutMs: 600_000, everyMs: 500, describe: 'the full import to end' }
  )
  if (run.state === 'failed') throw new Error(`the full import failed: ${run.error}`)
  const { startedAt = '', endedAt = '', counters } = run
  return {
    objects: counters.reported,
    seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000,
    peakRssMiB: await peakRssMiB(importer.pid)
  }
}
