import type { ObjectGuid } from '@opendirsync/contracts'
import type { DirectoryConnection } from './connection/directory-connection.ts'
import { GUID_BYTES, guidDn, guidFromBytes, isGuid } from './decode/guid.ts'
import { RefusedError, resultCode } from './errors.ts'

export interface FoundObject {
  readonly objectGuid: ObjectGuid
  readonly dn: string
  /** The most specific class. */
  readonly objectClass: string
}

/** What a name may fail with that stands for no object: there is none, or the text is no DN. */
const notThere = new Set<number>([resultCode.noSuchObject, resultCode.invalidDnSyntax])

/**
 * Looks up one living object, by its DN or by its GUID in text form.
 * @returns `undefined` when there is none, or the account may not read it
 */
export async function findObject(
  connection: DirectoryConnection,
  dnOrGuid: string
): Promise<FoundObject | undefined> {
  const name = dnOrGuid.trim()
  // An empty DN would be the root DSE.
  if (name === '') return undefined
  const base = isGuid(name) ? guidDn(name) : name
  const search = { base, scope: 'base', attributes: ['objectGUID', 'objectClass'] } as const
  try {
    for await (const { dn, attributes } of connection.search(search)) {
      const last = (wanted: string) =>
        attributes.find(attribute => attribute.name.toLowerCase() === wanted)?.values.at(-1)
      const guid = last('objectguid')
      const objectClass = last('objectclass')?.toString('latin1')
      if (guid?.length !== GUID_BYTES || objectClass === undefined) return undefined
      return { objectGuid: guidFromBytes(guid), dn, objectClass }
    }
  } catch (error) {
    if (!(error instanceof RefusedError) || !notThere.has(error.resultCode)) throw error
  }
  return undefined
}
