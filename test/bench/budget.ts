import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { startRedis } from '@opendirsync/testing'
import type { ExporterTask } from './budget-exporter.ts'
import type { BenchOptions } from './options.ts'
import { rounded } from './statistics.ts'

/** Microsoft's quota of a large tenant, ten times as fast. */
const speed = 10
const quota = {
  writes: 3_000,
  writeWindowMs: 150_000 / speed,
  resourceUnits: 8_000,
  resourceUnitWindowMs: 10_000 / speed
}
const lookEveryMs = 20
const quotaPerSecond = (quota.writes / quota.writeWindowMs) * 1_000

/**
 * Users are created and then changed, one write each, by one exporter and then by three, each a process of its own that
 * has the adapter for the tenant and the budget with a share of 100 %, as the service has. The emulator keeps
 * Microsoft's quota at ten times its speed. Its buckets are 30 % full at the start, so that a budget which is too
 * generous by a little has nothing to live on.
 *
 * - `utilisation`: writes that the tenant took in a second, against the quota. By the emulator's record of writes, from
 *   the first twentieth of them to the last: how processes start and end is not counted.
 * - `throttled`: the share of all writes that were answered with 429.
 * - `again`: groups of up to 50 users that an exporter had to begin again.
 *
 * On top the worse of both.
 */
export async function budgetBench({ objects: writes = 6_000 }: BenchOptions): Promise<object> {
  const exporters = [await measure(1, writes), await measure(3, writes)]
  const utilisation = Math.min(...exporters.map(each => each.utilisation))
  const slowest = exporters.find(each => each.utilisation === utilisation)
  return {
    writes,
    seconds: slowest?.seconds,
    quotaPerSecond,
    utilisation,
    throttled: Math.max(...exporters.map(({ throttled }) => throttled)),
    exporters
  }
}

async function measure(exporters: number, writes: number) {
  await using redis = await startRedis()
  await using emulator = await startEntraEmulator({ throttling: { speed, filledAtStart: 0.3 } })
  const counting = countWrites(emulator)
  const users = Math.ceil(writes / 2 / exporters)
  const ended = await Promise.all(
    Array.from({ length: exporters }, (_, number) =>
      runExporter(taskFor(emulator, redis.url, { name: `e${number}-`, users }))
    )
  )
  return { exporters, ...counting.stop(), again: ended.reduce((sum, { again }) => sum + again, 0) }
}

function taskFor(
  emulator: EntraEmulator,
  redisUrl: string,
  work: Pick<ExporterTask, 'name' | 'users'>
): ExporterTask {
  const { graphUrl, authorityHost, tenantId, clientId, clientSecret, caFile } = emulator
  return {
    ...work,
    entra: { graphUrl, authorityHost, tenantId, clientId, clientSecret, caFile },
    budget: { redisUrl, tenantId, applicationId: clientId, quota, share: 1 }
  }
}

async function runExporter(task: ExporterTask): Promise<{ again: number }> {
  const program = join(import.meta.dirname, 'budget-exporter.ts')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], {
    env: { EXPORTER: JSON.stringify(task) }
  })
  process.stderr.write(stderr)
  return JSON.parse(stdout)
}

interface Counts {
  readonly writes: number
  readonly seconds: number
  readonly utilisation: number
  readonly throttled: number
}

/** Looks at the emulator's record again and again: its times are whole seconds. */
function countWrites({ requests }: EntraEmulator): { stop(): Counts } {
  const takenAtMs: number[] = []
  let seen = 0
  let throttled = 0
  function look(): void {
    const now = performance.now()
    for (const { status } of requests.log.slice(seen)) {
      if (status < 400) takenAtMs.push(now)
      if (status === 429) throttled += 1
    }
    seen = requests.log.length
  }
  const timer = setInterval(look, lookEveryMs)
  return {
    stop() {
      clearInterval(timer)
      look()
      return { ...steadyPartOf(takenAtMs), throttled: rounded(throttled / seen, 5) }
    }
  }
}

function steadyPartOf(takenAtMs: readonly number[]): Omit<Counts, 'throttled'> {
  const first = Math.floor(takenAtMs.length / 20)
  const last = takenAtMs.length - 1 - first
  const seconds = ((takenAtMs[last] ?? Number.NaN) - (takenAtMs[first] ?? Number.NaN)) / 1_000
  return {
    writes: takenAtMs.length,
    seconds: rounded(seconds),
    utilisation: rounded((last - first) / seconds / quotaPerSecond, 3)
  }
}
