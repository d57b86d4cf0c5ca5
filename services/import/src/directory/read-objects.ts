import { type ObjectReading, RefusedError, readObject } from '@opendirsync/active-directory'
import type { ObjectGuid } from '@opendirsync/contracts'
import type { DirectoryImporter, Source } from './importer.ts'

/** Those of the objects that can be read. One that the controller refuses must not hold up all others. */
export async function readObjects(
  { connector, log }: Pick<DirectoryImporter, 'connector' | 'log'>,
  { connection }: Source,
  { guids, attributes }: { readonly guids: readonly ObjectGuid[]; readonly attributes: readonly string[] }
): Promise<ObjectReading[]> {
  const readings = guids.map(guid =>
    readObject(connection, guid, attributes).catch((error: unknown) => {
      if (!(error instanceof RefusedError)) throw error
      log.warn({ connector, objectGuid: guid }, `An object stays as it is known. ${error.message}`)
      return undefined
    })
  )
  return (await Promise.all(readings)).filter(reading => reading !== undefined)
}
