import type { EntryState } from '@opendirsync/store'
import { type ValueChange, valueChanges } from '../value-changes.ts'

export interface PendingExportSeen {
  readonly operation: 'create' | 'restore' | 'update' | 'delete' | 'none'
  readonly changes: readonly ValueChange[]
}

/** What is still to be written to the tenant: what it should have, beside what it was last confirmed to have. */
export function pendingExportOf(
  entry: Pick<EntryState, 'desired' | 'desiredPresent' | 'exported' | 'entraState' | 'pending'> | undefined
): PendingExportSeen {
  if (entry === undefined) return { operation: 'none', changes: [] }
  const { desired, desiredPresent, exported, entraState, pending } = entry
  if (!desiredPresent || desired === null) {
    return { operation: entraState === 'present' ? 'delete' : 'none', changes: [] }
  }
  if (entraState === 'present') {
    const changes = valueChanges(exported ?? {}, desired)
    // An object that is pending without a difference is looked at again; nothing comes of it.
    return { operation: changes.length === 0 ? 'none' : 'update', changes }
  }
  const operation = entraState === 'deleted' ? 'restore' : 'create'
  return pending ? { operation, changes: valueChanges({}, desired) } : { operation: 'none', changes: [] }
}
