import type { ReplicatedObject, Replication } from '@opendirsync/drsr'
import { forgetHashes } from '@opendirsync/drsr'
import { applyObjects, type PasswordRoute } from '../apply-objects.ts'

const mostAtOnce = 200

/**
 * Reads the passwords again that are to be sent now, one by one, and sends them. Nothing of them was kept.
 *
 * @returns whether more may be due
 * @throws SetupError, UnavailableError, the signal's reason
 */
export async function readDue(
  route: PasswordRoute,
  replication: Replication,
  signal: AbortSignal
): Promise<'some-left' | 'none-left'> {
  const { connector, store, namingContext } = route
  const due = await store.passwords.due({ connector, limit: mostAtOnce })
  if (due.length === 0) return 'none-left'
  const objects: ReplicatedObject[] = []
  const gone: string[] = []
  try {
    for (const objectGuid of due) {
      signal.throwIfAborted()
      const object = await replication.object(objectGuid, signal)
      if (object === undefined) gone.push(objectGuid)
      else objects.push(object)
    }
    await applyObjects(route, { objects, isWhole: true }, signal)
    if (gone.length > 0) await store.passwords.record({ connector, namingContext, people: [], deleted: gone })
  } finally {
    forgetHashes(objects)
  }
  return due.length < mostAtOnce ? 'none-left' : 'some-left'
}
