import { type ObjectGuid, queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'

export interface StagedName {
  readonly connector: string
  readonly objectGuid: ObjectGuid
}

/** Objects that have news although no import brought them: what they depend on has changed. */
export async function publishStaged(
  queues: Queues,
  objects: readonly StagedName[],
  run: { readonly runId?: string } = {}
): Promise<void> {
  for (const [connector, its] of Map.groupBy(objects, object => object.connector)) {
    const messages = messagesOf(
      its.map(object => object.objectGuid),
      objectGuids => ({ connector, objectGuids, ...run })
    )
    await queues.publishAll(queueList.objectStaged, messages)
  }
}
