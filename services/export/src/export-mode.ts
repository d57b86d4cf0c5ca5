import type { ExportMode } from '@opendirsync/contracts'
import type { ModeReading } from '@opendirsync/store'

/** The mode of this exporter, for whoever asks at any time. It never waits for an answer of the database. */
export interface ExportModeInUse {
  readonly now: () => ExportMode
  /** From here on it is what the database says. Before, it is staging mode. */
  follow(lastReading: () => ModeReading | undefined): void
}

/**
 * What was read longer ago than this counts for nothing: whoever has switched to staging mode meanwhile could not be
 * heard. Less than the time after which the server gives up a connection that has gone silent, and with it the lock
 * that the switch waits for.
 */
const validForMs = 10_000

/** @param forced what the environment says: `staging` holds whatever the database says. */
export function exportModeInUse(forced: ExportMode, nowMs = () => performance.now()): ExportModeInUse {
  let last: () => ModeReading | undefined = () => undefined
  return {
    now() {
      const reading = last()
      if (forced === 'staging' || reading === undefined) return 'staging'
      return nowMs() - reading.askedAtMs < validForMs ? reading.mode : 'staging'
    },
    follow(lastReading) {
      last = lastReading
    }
  }
}
