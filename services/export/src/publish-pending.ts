import { type Lane, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'

/** Says that these entries may have something to write. */
export async function publishPending(
  queues: Pick<Queues, 'publishAll'>,
  lane: Lane,
  entryIds: readonly string[],
  { delayMs, ...run }: { readonly runId?: string; readonly delayMs?: number } = {}
): Promise<void> {
  await queues.publishAll(
    queueList.exportPending,
    messagesOf(entryIds, some => ({ entryIds: some, ...run })),
    { partition: lane, ...(delayMs !== undefined && { delayMs }) }
  )
}
