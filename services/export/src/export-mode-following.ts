import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setInterval } from 'node:timers/promises'
import type { ExportMode } from '@opendirsync/contracts'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { ExportModeInUse } from './export-mode.ts'

interface Deps {
  readonly store: Pick<Store, 'exportMode'>
  readonly log: Logger
  /** What the environment says. */
  readonly forced: ExportMode
  readonly inUse: ExportModeInUse
  /** Called when this exporter has come out of staging mode: all that waits is news. */
  readonly onExport: () => Promise<void>
}

const everyMs = 1_000
const reportEveryMs = 10_000

/** Asks the database for the mode once a second, beside what each claim asks, and tells that this exporter runs. */
export async function followExportMode(deps: Deps): Promise<AsyncDisposable> {
  const { store, inUse } = deps
  await store.exportMode.current()
  inUse.follow(store.exportMode.lastReading)
  const stopping = new AbortController()
  const id = randomUUID()
  const looking = lookAgain(deps, id, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await looking
      await store.exportMode.forgetExporter(id).catch(() => {})
    }
  }
}

async function lookAgain(deps: Deps, id: string, signal: AbortSignal): Promise<void> {
  const { log, inUse } = deps
  let known = inUse.now()
  let reportedAtMs = Number.NEGATIVE_INFINITY
  try {
    for await (const _tick of setInterval(everyMs, undefined, { signal })) {
      try {
        const isNews = await look(deps, known)
        known = inUse.now()
        if (!isNews && performance.now() - reportedAtMs < reportEveryMs) continue
        await report(deps, id)
        reportedAtMs = performance.now()
      } catch (error) {
        // The database is away: claims say so already, and nothing is written without it.
        log.debug({ err: error }, 'the export mode could not be read')
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function look({ store, log, inUse, onExport }: Deps, known: ExportMode): Promise<boolean> {
  const { since, by, reason } = await store.exportMode.current()
  const mode = inUse.now()
  if (mode === known) return false
  log.info(
    { mode, since, by, reason },
    mode === 'staging' ? 'staging mode: nothing is written' : 'staging mode has ended'
  )
  if (mode === 'export') await onExport()
  return true
}

async function report({ store, forced, inUse }: Deps, id: string): Promise<void> {
  await store.exportMode.reportExporter({
    id,
    host: hostname(),
    processId: process.pid,
    forced: forced === 'staging',
    mode: inUse.now()
  })
}
