import { type Lane, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { SynchronisationResult } from '@opendirsync/store'

interface Exports extends Pick<SynchronisationResult, 'exportable' | 'urgent'> {
  /** They are some of many, and may wait for the changes of a few. */
  readonly isBulk: boolean
  readonly run: { readonly runId?: string }
}

/** Each entry in the lane that its change is for. */
export async function publishExports(
  queues: Queues,
  { exportable, urgent, isBulk, run }: Exports
): Promise<void> {
  const first = new Set(urgent)
  const publish = (lane: Lane, ids: readonly string[]): Promise<void> =>
    queues.publishAll(
      queueList.exportPending,
      messagesOf(ids, entryIds => ({ entryIds, ...run })),
      { partition: lane }
    )
  await publish('urgent', urgent)
  await publish(
    isBulk ? 'bulk' : 'single',
    exportable.filter(id => !first.has(id))
  )
}
