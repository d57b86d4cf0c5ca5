import type { Store } from '@opendirsync/store'
import { pendingItem } from './pending-item.ts'

type Parts = Pick<Store, 'pendingExports'>
type Counts = Awaited<ReturnType<Parts['pendingExports']['countObjects']>>

interface AttributeCount {
  readonly attribute: string
  objects: number
  cleared: number
}

const objectsAtOnce = 2_000

/** Everything that would be written, in counts. It looks at each object that would be updated. */
export async function pendingSummary({ pendingExports }: Parts) {
  const [presence, references, updates] = await Promise.all([
    pendingExports.countObjects(),
    pendingExports.countReferences(),
    countUpdates({ pendingExports })
  ])
  return { objects: [...presence, ...updates.objects], attributes: updates.attributes, references }
}

async function countUpdates({ pendingExports }: Parts) {
  const objects = new Map<string, { objects: number; refused: number }>()
  const attributes = new Map<string, AttributeCount>()
  let after: string | undefined
  do {
    const { rows, next }: Awaited<ReturnType<typeof pendingExports.look>> = await pendingExports.look(
      { presence: 'stay' },
      { atOnce: objectsAtOnce, references: false, ...(after !== undefined && { after }) }
    )
    for (const row of rows) {
      const item = pendingItem(row)
      if (item === undefined) continue
      const count = objects.get(row.objectType) ?? { objects: 0, refused: 0 }
      count.objects += 1
      if (row.refusal !== null) count.refused += 1
      objects.set(row.objectType, count)
      for (const change of item.changes) countChange(attributes, change)
    }
    after = next
  } while (after !== undefined)
  return {
    objects: [...objects].map(
      ([objectType, counts]): Omit<Counts[number], 'operation'> & { operation: 'update' } => ({
        operation: 'update',
        objectType,
        ...counts,
        held: 0
      })
    ),
    attributes: [...attributes.values()].sort(
      (one, other) => other.objects - one.objects || one.attribute.localeCompare(other.attribute)
    )
  }
}

function countChange(
  counts: Map<string, AttributeCount>,
  { attribute, after }: { attribute: string; after?: unknown }
): void {
  const count = counts.get(attribute) ?? { attribute, objects: 0, cleared: 0 }
  count.objects += 1
  if (after === null || (Array.isArray(after) && after.length === 0)) count.cleared += 1
  counts.set(attribute, count)
}
