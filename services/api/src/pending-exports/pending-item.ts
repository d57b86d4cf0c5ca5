import type { PendingExportRow, Store } from '@opendirsync/store'
import { pendingExportOf } from '../explain/pending-export.ts'
import type { ValueChange } from '../value-changes.ts'

export type Operation = ReturnType<typeof pendingExportOf>['operation']
type Takeover = Awaited<ReturnType<Store['pendingExports']['likelyTakeovers']>>[number]

/** One object of which something would be written now. */
export interface PendingItem
  extends Pick<PendingExportRow, 'entryId' | 'objectType' | 'sourceAnchor' | 'references'> {
  readonly operation: Operation
  readonly row: PendingExportRow
  readonly changes: readonly ValueChange[]
  readonly takesOver?: Omit<Takeover, 'entryId'>
}

/** Undefined where nothing would come of it: the object is as it should be, or was never there. */
export function pendingItem(row: PendingExportRow): PendingItem | undefined {
  const { entryId, objectType, sourceAnchor, references } = row
  const { operation, changes } = row.pending
    ? pendingExportOf(row)
    : { operation: 'none' as const, changes: [] }
  if (operation === 'none' && references.length === 0) return undefined
  return { entryId, objectType, sourceAnchor, references, operation, row, changes }
}
