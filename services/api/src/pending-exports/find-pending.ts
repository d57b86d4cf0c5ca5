import type { ObjectType } from '@opendirsync/contracts'
import { addressKeys } from '@opendirsync/readiness'
import type { PendingExportRow, Store } from '@opendirsync/store'
import { type Operation, type PendingItem, pendingItem } from './pending-item.ts'

type Parts = Pick<Store, 'pendingExports'>
type NewUsers = Parameters<Parts['pendingExports']['likelyTakeovers']>[0]

export interface PendingFilter {
  readonly operation?: Operation
  readonly objectType?: ObjectType
}

export interface PendingPage {
  readonly items: PendingItem[]
  readonly next?: string
}

const objectsAtOnce = 500
/** So often is looked for objects that fit before a page is given that is not full. */
const mostLooks = 40

/** What would be written now, in the order of the entry ids. A page that is not full may have a next one. */
export async function pendingPage(
  store: Parts,
  filter: PendingFilter,
  { limit, after }: { limit: number; after?: string }
): Promise<PendingPage> {
  const items: PendingItem[] = []
  let next = after
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const atOnce = Math.min(objectsAtOnce, looks === 0 ? limit + 1 : objectsAtOnce)
    const looked = await look(store, filter, { atOnce, ...(next !== undefined && { after: next }) })
    items.push(...looked.items)
    if (items.length > limit) return full(store, items.slice(0, limit))
    next = looked.next
    if (next === undefined) break
  }
  return { items: await withTakeovers(store, items), ...(next !== undefined && { next }) }
}

/** All of it, a few hundred at a time. */
export async function* allPending(store: Parts, filter: PendingFilter): AsyncGenerator<PendingItem, void> {
  let after: string | undefined
  do {
    const { items, next } = await look(store, filter, {
      atOnce: objectsAtOnce,
      ...(after !== undefined && { after })
    })
    yield* await withTakeovers(store, items)
    after = next
  } while (after !== undefined)
}

async function full(store: Parts, items: PendingItem[]): Promise<PendingPage> {
  const last = items.at(-1)
  return { items: await withTakeovers(store, items), ...(last !== undefined && { next: last.entryId }) }
}

async function look(
  { pendingExports }: Parts,
  { operation, objectType }: PendingFilter,
  page: { atOnce: number; after?: string }
): Promise<PendingPage> {
  const presence = operation === 'update' || operation === 'none' ? 'stay' : operation
  const { rows, next } = await pendingExports.look(
    { ...(presence !== undefined && { presence }), ...(objectType !== undefined && { objectType }) },
    { ...page, references: true }
  )
  const items = rows.flatMap(row => pendingItem(row) ?? [])
  return {
    items: operation === undefined ? items : items.filter(item => item.operation === operation),
    ...(next !== undefined && { next })
  }
}

/** A new user may be the same person as an account that the tenant has. The exporter decides it when it writes. */
async function withTakeovers({ pendingExports }: Parts, items: PendingItem[]): Promise<PendingItem[]> {
  const found = await pendingExports.likelyTakeovers(items.flatMap(newUser))
  const byEntry = new Map(found.map(({ entryId, ...takeover }) => [entryId, takeover]))
  return items.map(item => {
    const takesOver = byEntry.get(item.entryId)
    return takesOver === undefined ? item : { ...item, takesOver }
  })
}

function newUser({ operation, row }: PendingItem): NewUsers {
  const { entryId, entraId, objectType, sourceAnchor, desired } = row
  if (operation !== 'create' || objectType !== 'user' || entraId !== null) return []
  return [
    {
      entryId,
      sourceAnchor,
      name: addressKeys(addresses(desired, 'userPrincipalName'), 'user'),
      mail: addressKeys(addresses(desired, 'mail'), 'user')
    }
  ]
}

function addresses(desired: PendingExportRow['desired'], attribute: string) {
  const value = desired[attribute]
  return { attributes: typeof value === 'string' ? { [attribute]: [value] } : {}, connector: '' }
}
