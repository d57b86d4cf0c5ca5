import { randomUUID } from 'node:crypto'
import type {
  AttributeRecord,
  ConfirmedType,
  ObjectRead,
  PendingExport,
  PendingLink,
  ToldObject,
  WriteOutcome
} from '@opendirsync/contracts'
import type { GateSettings, Store, VanishedThreshold } from '@opendirsync/store'
import { gate } from './fixtures.ts'

interface TenantObject {
  readonly objectType: ConfirmedType
  attributes: AttributeRecord
  state: 'present' | 'deleted' | 'gone'
  readonly references: Set<string>
}

/** A tenant in memory that takes what is exported, and tells of itself as Graph's delta does. */
export class ToldTenant {
  readonly objects = new Map<string, TenantObject>()
  /** What was written, in order. */
  readonly operations: string[] = []
  /** For the reading that looks at suspects: objects that cannot be read now. */
  readonly unreadable = new Set<string>()
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Writes what is pending, all of it. @returns the operations */
  async export(settings: GateSettings = gate): Promise<string[]> {
    const before = this.operations.length
    for (let round = 0; round < 5; round += 1) {
      const entryIds = await this.#store.pending.exports(10_000, settings)
      if (entryIds.length === 0) break
      await this.#store.exports.objects({
        entryIds,
        gate: settings,
        write: async pending => new Map(pending.map(each => [each.entryId, this.#write(each)]))
      })
      await this.#store.exports.links({
        sourceEntryIds: entryIds,
        limit: 100_000,
        gate: settings,
        keyOf,
        write: async links => new Map(links.map(link => [keyOf(link), this.#link(link)]))
      })
    }
    return this.operations.slice(before)
  }

  /** The id of the object of this name. */
  id(displayName: string): string {
    for (const [id, { attributes, state }] of this.objects) {
      if (attributes.displayName === displayName && state !== 'gone') return id
    }
    throw new Error(`the tenant has no ${displayName}`)
  }

  change(id: string, attributes: AttributeRecord): void {
    const object = this.#object(id)
    object.attributes = { ...object.attributes, ...attributes }
  }

  remove(id: string, state: 'deleted' | 'gone'): void {
    this.#object(id).state = state
  }

  restore(id: string): void {
    this.#object(id).state = 'present'
  }

  membersOf(id: string): readonly string[] {
    return [...this.#object(id).references].sort()
  }

  addMember(group: string, member: string): void {
    this.#object(group).references.add(member)
  }

  removeMember(group: string, member: string): void {
    this.#object(group).references.delete(member)
  }

  setManager(user: string, manager: string): void {
    const { references } = this.#object(user)
    references.clear()
    references.add(manager)
  }

  /** As a first round tells it, references in pieces of two. */
  everything(objectType: ConfirmedType): ToldObject[] {
    return [...this.objects].flatMap(([entraId, { objectType: type, attributes, state, references }]) => {
      if (type !== objectType || state !== 'present') return []
      const all = [...references]
      const pieces = Array.from({ length: Math.ceil(all.length / 2) || 1 }, (_unused, piece) =>
        all.slice(piece * 2, piece * 2 + 2)
      )
      return pieces.map(added => ({ entraId, attributes, added, removedReferences: [] }))
    })
  }

  /** As a later round tells of one object. */
  now(id: string): ToldObject {
    const { attributes, state } = this.#object(id)
    const told = { entraId: id, attributes, added: [], removedReferences: [] }
    if (state === 'present') return told
    return { ...told, attributes: {}, removed: state === 'deleted' ? 'changed' : 'deleted' }
  }

  read(id: string, names: readonly string[]): ObjectRead {
    const { attributes, state } = this.#object(id)
    if (state !== 'present') return { state }
    return {
      state,
      attributes: Object.fromEntries(names.map(name => [name, attributes[name] ?? null]))
    }
  }

  #object(id: string): TenantObject {
    const object = this.objects.get(id)
    if (object === undefined) throw new Error(`the tenant has no object ${id}`)
    return object
  }

  #write(pending: PendingExport): WriteOutcome {
    const { objectType, desiredPresent, desired, entraId, entraState, disableOnly } = pending
    if (disableOnly === true && entraId !== undefined) {
      this.operations.push('disable')
      this.change(entraId, { accountEnabled: false })
      return { result: 'written', operation: 'disable' }
    }
    if (!desiredPresent) {
      this.operations.push('delete')
      if (entraId !== undefined) this.remove(entraId, 'deleted')
      return { result: 'written', operation: 'delete' }
    }
    if (entraId === undefined || entraState === 'absent') {
      const id = randomUUID()
      this.objects.set(id, { objectType, attributes: desired, state: 'present', references: new Set() })
      this.operations.push('create')
      return { result: 'written', operation: 'create', entraId: id }
    }
    const operation = entraState === 'deleted' ? 'restore' : 'update'
    this.operations.push(operation)
    const object = this.#object(entraId)
    object.state = 'present'
    object.attributes = { ...object.attributes, ...desired }
    return { result: 'written', operation }
  }

  #link({ attribute, operation, sourceEntraId, targetEntraId }: PendingLink): WriteOutcome {
    this.operations.push(`${operation} ${attribute}`)
    const { references } = this.#object(sourceEntraId)
    // Whoever it is: the request that removes a manager names none.
    if (attribute === 'manager') references.clear()
    if (operation === 'remove') references.delete(targetEntraId)
    else references.add(targetEntraId)
    return { result: 'written', operation: operation === 'add' ? 'add-link' : 'remove-link' }
  }
}

function keyOf({ sourceEntryId, attribute, targetEntryId }: PendingLink): string {
  return `${sourceEntryId} ${attribute} ${targetEntryId}`
}

interface Reading {
  readonly putsBack?: boolean
  readonly graceSeconds?: number
  /** Three objects when it is missing. */
  readonly pageSize?: number
  readonly vanished?: VanishedThreshold
}

/** What each later round tells, by type; undefined: the tenant wants to begin again. */
export type Told = Readonly<Partial<Record<ConfirmedType, readonly ToldObject[]>>>

/** One confirming import. @returns how much drift it has found */
export async function confirm(
  store: Store,
  tenant: ToldTenant,
  told: Told = {},
  { putsBack = true, graceSeconds = 0, pageSize = 3, ...rest }: Reading = {}
): Promise<number> {
  await store.confirming.settle(putsBack)
  for (const objectType of ['user', 'group'] as const) {
    const round = await store.confirming.begin(objectType)
    if (round === undefined) continue
    const objects = round.link === undefined ? tenant.everything(objectType) : (told[objectType] ?? [])
    await readPages(store, { round, objects, graceSeconds, pageSize })
  }
  return judge(store, tenant, { putsBack, graceSeconds, ...rest })
}

type Round = NonNullable<Awaited<ReturnType<Store['confirming']['begin']>>>

/** @param stopAfter pages, as if the process had died then */
export async function readPages(
  store: Store,
  {
    round,
    objects,
    graceSeconds = 0,
    pageSize = 3,
    stopAfter = Infinity
  }: {
    readonly round: Round
    readonly objects: readonly ToldObject[]
    readonly graceSeconds?: number
    readonly pageSize?: number
    readonly stopAfter?: number
  }
): Promise<void> {
  let link = round.link
  const last = Math.max(0, Math.ceil(objects.length / pageSize) - 1)
  for (let page = 0; page <= last && page < stopAfter; page += 1) {
    const to = `https://graph.test/${randomUUID()}`
    await store.confirming.page({
      round: { ...round, link },
      objects: objects.slice(page * pageSize, (page + 1) * pageSize),
      to,
      complete: page === last,
      graceSeconds
    })
    link = to
  }
}

export async function judge(
  store: Store,
  tenant: ToldTenant,
  { putsBack = true, graceSeconds = 0, vanished = { count: 500, percent: 100 } }: Reading = {}
): Promise<number> {
  let drift = 0
  for (;;) {
    const suspects = await store.confirming.suspects(50)
    if (suspects.length === 0) break
    const read = suspects.flatMap(suspect =>
      tenant.unreadable.has(suspect.entraId)
        ? []
        : [{ suspect, read: tenant.read(suspect.entraId, suspect.attributes) }]
    )
    drift += (await store.confirming.judge(read, { putsBack, graceSeconds })).drift
    const unread = suspects.filter(({ entraId }) => tenant.unreadable.has(entraId))
    await store.confirming.putOff(
      unread.map(({ entryId }) => entryId),
      60
    )
  }
  if (putsBack) await store.confirming.decideVanished(vanished)
  for (;;) {
    const judged = await store.confirming.judgeReferences(50, { putsBack, graceSeconds })
    if (judged === undefined) return drift
    drift += judged.drift
  }
}
