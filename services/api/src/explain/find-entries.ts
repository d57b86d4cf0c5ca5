import type { ObjectGuid } from '@opendirsync/contracts'
import type { ScannedObject, Store } from '@opendirsync/store'

/** Everything that is joined to one metaverse entry, or one object that has none. */
export interface FoundEntry {
  /** The object that made the entry. */
  readonly primary: ScannedObject
  /** All objects of the entry, in the order of their connectors. */
  readonly objects: readonly ScannedObject[]
}

/** What people call by this name: more than one where several directories have the same. None: nothing living has it. */
export async function findEntries({ objects }: Pick<Store, 'objects'>, name: string): Promise<FoundEntry[]> {
  const known = new Map<ObjectGuid, Promise<ScannedObject[]>>()
  const read = (guid: ObjectGuid): Promise<ScannedObject[]> => {
    const found = known.get(guid) ?? objects.read(guid)
    known.set(guid, found)
    return found
  }
  const entries = new Map<string, FoundEntry>()
  for (const guid of await objects.locate(name)) {
    for (const scanned of await read(guid)) {
      const key = scanned.entryId ?? `${scanned.object.connector} ${guid}`
      if (!entries.has(key)) entries.set(key, await entryOf(scanned, read))
    }
  }
  return [...entries.values()]
}

async function entryOf(
  scanned: ScannedObject,
  read: (guid: ObjectGuid) => Promise<ScannedObject[]>
): Promise<FoundEntry> {
  const joined: ScannedObject[] = []
  for (const { connector, objectGuid } of scanned.contributors) {
    const same = await read(objectGuid)
    joined.push(...same.filter(({ object }) => object.connector === connector))
  }
  const objects = joined.length === 0 ? [scanned] : joined
  return { primary: objects.find(({ joinedBy }) => joinedBy === undefined) ?? scanned, objects }
}
