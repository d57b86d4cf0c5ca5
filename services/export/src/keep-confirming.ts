import type { Entra } from '@opendirsync/entra'
import type { Queues } from '@opendirsync/queue'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'
import { confirmingImport } from './confirming-import.ts'

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  readonly entra: Entra
  readonly config: Readonly<Static<typeof ExportConfig>>
}

/** The confirming import, once a period over all processes. A reading that takes longer is not begun again meanwhile. */
export function keepConfirming({ store, queues, log, entra, config }: Deps): AsyncDisposable {
  const { DRIFT_POLICY: policy, CONFIRM_GRACE_SECONDS: graceSeconds, CONFIRM_SECONDS: seconds } = config
  const vanished = { count: config.VANISHED_THRESHOLD, percent: config.VANISHED_THRESHOLD_PERCENT }
  let isReading = false
  return queues.schedule({
    name: 'confirming-import',
    everyMs: seconds * 1_000,
    async run({ signal }) {
      if (isReading) return
      isReading = true
      try {
        await confirmingImport({ store, queues, log, entra, policy, graceSeconds, vanished }, signal)
      } finally {
        isReading = false
      }
    }
  })
}
