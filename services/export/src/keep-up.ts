import { type Lane, queues as queueList } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { Logger } from '@opendirsync/runtime'
import type { GateSettings, Store } from '@opendirsync/store'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'
import { keepConfirming } from './keep-confirming.ts'
import { publishPending } from './publish-pending.ts'
import { reportHeldDeletes } from './report-held-deletes.ts'
import { keepTenantSnapshot } from './tenant-snapshot.ts'

const mostAtOnce = 5_000

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  readonly entra: Entra
  readonly config: Readonly<Static<typeof ExportConfig>>
  readonly gate: GateSettings
}

/** What goes on beside the messages: finding lost work, trying refused writes again, telling of held deletes. */
export function keepUp({ store, queues, log, entra, config, gate }: Deps): AsyncDisposable {
  const {
    QUARANTINE_RETRY_SECONDS: retrySeconds,
    SWEEP_SECONDS: sweepSeconds,
    TENANT_SNAPSHOT_HOURS: snapshotHours
  } = config
  const running = new AsyncDisposableStack()
  const sweep = (lane: Lane, pending: () => Promise<string[]>) =>
    queues.sweep(queueList.exportPending, {
      everyMs: sweepSeconds * 1_000,
      partition: lane,
      pending: async () =>
        entra.mode === 'staging' ? [] : messagesOf(await pending(), entryIds => ({ entryIds }))
    })
  running.use(sweep('urgent', () => store.pending.urgentExports(mostAtOnce, gate)))
  running.use(sweep('bulk', () => store.pending.exports(mostAtOnce, gate)))
  running.use(
    queues.schedule({
      name: 'reopen-refused',
      everyMs: Math.min(retrySeconds, 60) * 1_000,
      run: async () => {
        let reopened: readonly string[]
        do {
          reopened = await store.pending.reopenRefused(mostAtOnce)
          await publishPending(queues, 'bulk', reopened)
        } while (reopened.length >= mostAtOnce)
      }
    })
  )
  running.use(
    queues.schedule({
      name: 'report-held-deletes',
      everyMs: 60_000,
      run: () => reportHeldDeletes(store, log)
    })
  )
  running.use(keepConfirming({ store, queues, log, entra, config }))
  running.use(
    queues.schedule({
      name: 'tenant-snapshot',
      everyMs: 60_000,
      run: ({ signal }) => keepTenantSnapshot({ store, entra, log, everyHours: snapshotHours }, signal)
    })
  )
  return running
}
