import {
  company,
  firstSync,
  populate,
  type System,
  type SystemSummary,
  startSambaDomain,
  startSystem
} from '@opendirsync/testing'
import { cpuSeconds } from './cpu-seconds.ts'
import { peakRssMiB } from './peak-memory.ts'

const size = { users: 10_000, groups: 500, memberships: 50_000 }

/**
 * The first synchronisation of a company: from starting the importer and asking for a full import to the moment
 * when nothing is pending, looked for once a second. Samba, PostgreSQL, Redis, the emulator and all services share this machine's cores.
 *
 * @throws Error when not everything has arrived
 */
export async function initialSync(): Promise<object> {
  const staff = company({ ...size, dirt: false })
  await using domain = await startSambaDomain({ populate: files => populate(files, staff) })
  await using system = await startSystem({ domain, services: ['transform', 'export', 'api'] })
  const reached = new Map<Stage, number>()
  const { summary, seconds } = await firstSync(system, {
    timeoutMs: 600_000,
    lookEveryMs: 1_000,
    onProgress: (counts, atSeconds) => noteStages(counts, atSeconds, reached)
  })
  const { users, groups, memberships } = summary.exported
  if (users !== size.users || groups !== size.groups || memberships !== size.memberships) {
    throw new Error(`not everything has arrived: ${JSON.stringify(summary)}`)
  }
  return {
    ...size,
    seconds: Number(seconds.toFixed(2)),
    objectsPerSecond: Math.round((users + groups) / seconds),
    doneAfterSeconds: Object.fromEntries(reached),
    cpuSeconds: await ofEach(system, cpuSeconds),
    peakRssMiB: await ofEach(system, peakRssMiB)
  }
}

type Stage = 'import' | 'synchronisation' | 'objects' | 'references'

/** When each stage was first seen to have nothing left, to the second; the import's end is known exactly. */
function noteStages(
  { pendingSynchronisation, pendingExports, pendingLinks }: SystemSummary,
  atSeconds: number,
  reached: Map<Stage, number>
): void {
  const at = Number(atSeconds.toFixed(1))
  const left: readonly (readonly [Stage, number])[] = [
    ['import', 0],
    ['synchronisation', pendingSynchronisation],
    ['objects', pendingSynchronisation + pendingExports],
    ['references', pendingSynchronisation + pendingExports + pendingLinks]
  ]
  for (const [stage, count] of left) if (count === 0 && !reached.has(stage)) reached.set(stage, at)
}

async function ofEach(
  system: System,
  measure: (pid: number) => Promise<number>
): Promise<Record<string, number>> {
  const processes = {
    import: system.service('import').pid,
    transform: system.service('transform').pid,
    export: system.service('export').pid,
    api: system.service('api').pid,
    emulator: system.emulator.pid,
    samba: system.domain.pid
  }
  const entries = Object.entries(processes).map(
    async ([name, pid]): Promise<[string, number]> => [name, await measure(pid)]
  )
  return Object.fromEntries(await Promise.all(entries))
}
