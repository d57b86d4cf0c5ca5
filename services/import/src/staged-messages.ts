import type { ObjectStaged } from '@opendirsync/contracts'
import { messagesOf } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'

const mostAtOnce = 5_000

/** What the rows show as staged and not synchronised, as messages. */
export async function stagedMessages(store: Store): Promise<ObjectStaged[]> {
  const byConnector = new Map<string, string[]>()
  for (const { connector, objectGuid } of await store.pending.staged(mostAtOnce)) {
    const guids = byConnector.get(connector) ?? []
    guids.push(objectGuid)
    byConnector.set(connector, guids)
  }
  return [...byConnector].flatMap(([connector, guids]) =>
    messagesOf(guids, objectGuids => ({ connector, objectGuids }))
  )
}
