import { createHash } from 'node:crypto'
import { type Lane, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'

/** Says that these entries may have something to write. */
export async function publishPending(
  queues: Pick<Queues, 'publishAll'>,
  lane: Lane,
  entryIds: readonly string[],
  run: { readonly runId?: string } = {}
): Promise<void> {
  await queues.publishAll(
    queueList.exportPending,
    messagesOf(entryIds, some => ({ entryIds: some, ...run })),
    { partition: lane }
  )
}

/**
 * The same after a while, or at once, for what may be said again and again: while a message about the very same entries
 * waits or is tried again, there is no second one.
 */
export async function publishAgainOnce(
  queues: Pick<Queues, 'publishAll'>,
  lane: Lane,
  entryIds: readonly string[],
  { delayMs, ...run }: { readonly runId?: string; readonly delayMs?: number } = {}
): Promise<void> {
  for (const message of messagesOf([...entryIds].sort(), some => ({ entryIds: some, ...run }))) {
    const name = createHash('sha256').update(message.entryIds.join()).digest('hex')
    await queues.publishAll(queueList.exportPending, [message], {
      partition: lane,
      once: `again-${name}`,
      ...(delayMs !== undefined && { delayMs })
    })
  }
}
