import type { SummaryCounts } from '@opendirsync/store'
import { waitFor } from '../wait-for.ts'
import type { System } from './start-system.ts'

/** What `GET /v1/summary` answers. */
export type SystemSummary = SummaryCounts

export interface FirstSyncOptions {
  readonly timeoutMs: number
  /** The counts read whole tables; asked for too often, they slow down what they count. 250 unless told otherwise. */
  readonly lookEveryMs?: number
  /** The seconds are those since the beginning. */
  readonly onProgress?: (summary: SystemSummary, atSeconds: number) => void
}

/**
 * The first synchronisation of a system whose importer does not run yet: starts it, asks for a full import
 * over the REST API, and waits until that has ended and nothing is pending.
 */
export async function firstSync(
  system: System,
  options: FirstSyncOptions
): Promise<{ readonly summary: SystemSummary; readonly seconds: number }> {
  const { timeoutMs } = options
  const startedAt = performance.now()
  await system.start('import')
  const runId = await waitFor(
    async () => {
      // 409 until the importer has said which directory it is for.
      const { status, body } = await system.call('POST', '/v1/imports', { mode: 'full' })
      return status === 202 && (body as { id: string }).id
    },
    { timeoutMs: 30_000, everyMs: 10, describe: 'the API to take a full import' }
  )
  await waitFor(async () => hasCompleted((await system.call('GET', `/v1/runs/${runId}`)).body), {
    timeoutMs,
    everyMs: 100,
    describe: 'the full import to complete'
  })
  const summary = await settled(system, options, startedAt)
  return { summary, seconds: (performance.now() - startedAt) / 1_000 }
}

function hasCompleted(run: unknown): boolean {
  const { state, error } = run as { state: string; error?: string }
  if (state === 'failed') throw new Error(`the full import failed: ${error}`)
  return state === 'completed'
}

/** Waits until the rows show nothing as pending. */
export async function settled(
  system: System,
  { timeoutMs, lookEveryMs = 250, onProgress }: FirstSyncOptions,
  startedAt = performance.now()
): Promise<SystemSummary> {
  return waitFor(
    async () => {
      const summary = (await system.call('GET', '/v1/summary')).body as SystemSummary
      onProgress?.(summary, (performance.now() - startedAt) / 1_000)
      const { pendingSynchronisation, pendingExports, pendingLinks, heldDeletes } = summary
      return pendingSynchronisation + pendingExports + pendingLinks - heldDeletes === 0 && summary
    },
    { timeoutMs, everyMs: lookEveryMs, describe: 'nothing to be pending' }
  )
}
