import { queues as queueList } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'
import { reportHeldDeletes } from './report-held-deletes.ts'
import { keepTenantSnapshot } from './tenant-snapshot.ts'

const mostAtOnce = 5_000

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  readonly entra: Entra
  readonly config: Readonly<Static<typeof ExportConfig>>
}

/** What goes on beside the messages: finding lost work, trying refused writes again, telling of held deletes. */
export function keepUp({ store, queues, log, entra, config }: Deps): AsyncDisposable {
  const {
    DELETE_THRESHOLD: threshold,
    QUARANTINE_RETRY_SECONDS: retrySeconds,
    SWEEP_SECONDS: sweepSeconds,
    TENANT_SNAPSHOT_HOURS: snapshotHours
  } = config
  const running = new AsyncDisposableStack()
  running.use(
    queues.sweep(queueList.exportPending, {
      everyMs: sweepSeconds * 1_000,
      pending: async () =>
        messagesOf(await store.pending.exports(mostAtOnce, threshold), entryIds => ({ entryIds }))
    })
  )
  running.use(
    queues.schedule({
      name: 'reopen-refused',
      everyMs: Math.min(retrySeconds, 60) * 1_000,
      run: async () => {
        await store.pending.reopenRefused(retrySeconds)
      }
    })
  )
  running.use(
    queues.schedule({
      name: 'report-held-deletes',
      everyMs: 60_000,
      run: () => reportHeldDeletes(store, threshold, log)
    })
  )
  running.use(
    queues.schedule({
      name: 'tenant-snapshot',
      everyMs: 60_000,
      run: ({ signal }) => keepTenantSnapshot({ store, entra, log, everyHours: snapshotHours }, signal)
    })
  )
  return running
}
