import type { DirectoryConnection } from './connection/directory-connection.ts'
import { RefusedError, resultCode } from './errors.ts'
import { showDeleted } from './protocol/controls.ts'

/** The container of deleted objects, by its well-known GUID (MS-ADTS section 6.1.1.4.2). */
const DELETED_OBJECTS = '18E2EA80684F11D2B9AA00C04F79F805'

/**
 * Whether the account may read the tombstones of a naming context, which only administrators may unless told
 * otherwise. With object security DirSync is silent about deletions without it.
 */
export async function canReadDeletedObjects(
  connection: DirectoryConnection,
  namingContext: string
): Promise<boolean> {
  const search = {
    base: `<WKGUID=${DELETED_OBJECTS},${namingContext}>`,
    scope: 'base',
    attributes: ['objectClass'],
    controls: [showDeleted]
  } as const
  try {
    // Who may only list it sees an entry without attributes, and no tombstones.
    for await (const { attributes } of connection.search(search)) return attributes.length > 0
  } catch (error) {
    if (!(error instanceof RefusedError) || error.resultCode !== resultCode.noSuchObject) throw error
  }
  return false
}
