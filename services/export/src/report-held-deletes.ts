import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'

/** A gate that is closed silently would be taken for a tenant that is up to date. */
export async function reportHeldDeletes(store: Store, threshold: number, log: Logger): Promise<void> {
  const { open, waiting, recent } = await store.exports.deleteGate(threshold)
  if (open) return
  log.warn(
    { waiting, recent, threshold },
    `${waiting} deletes wait: with the ${recent} of the last hour they are more than DELETE_THRESHOLD (${threshold}). ` +
      'Look at what was deleted; if it is right, raise DELETE_THRESHOLD and start the exporter again.'
  )
}
