import { type ObjectGuid, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'

interface News {
  readonly connector: string
  readonly runId: string
}

/** Tells transform which objects have news. What gets lost here is found by the sweep. */
export async function publishStaged(
  queues: Queues,
  { connector, runId }: News,
  objectGuids: readonly ObjectGuid[]
): Promise<void> {
  const messages = messagesOf(objectGuids, some => ({ connector, objectGuids: some, runId }))
  await queues.publishAll(queueList.objectStaged, messages)
}

const lookAtOnce = 5_000

/** The same for whatever of the connector synchronisation has not seen, in bounded memory. */
export async function publishAllStaged(queues: Queues, store: Store, news: News): Promise<void> {
  let after: string | undefined
  do {
    const some = await store.pending.stagedOf(news.connector, lookAtOnce, after)
    await publishStaged(queues, news, some)
    after = some.length < lookAtOnce ? undefined : some.at(-1)
  } while (after !== undefined)
}
