import { type ObjectGuid, PermanentError } from '@opendirsync/contracts'
import type { DirectoryConnection } from './connection/directory-connection.ts'
import { guidDn } from './decode/guid.ts'
import { showDeleted } from './protocol/controls.ts'

/**
 * Brings a deleted object back, as the recycle bin does (MS-ADTS section 3.1.1.5.3.7).
 * @param newDn where it shall live, whole: `CN=Jane Doe,OU=Staff,DC=…`
 * @throws PermanentError when no deleted object has that GUID
 */
export async function restoreDeleted(
  connection: DirectoryConnection,
  objectGuid: ObjectGuid,
  newDn: string
): Promise<void> {
  const dn = await tombstoneDn(connection, objectGuid)
  await connection.modify(
    dn,
    [
      { operation: 'delete', attribute: 'isDeleted' },
      { operation: 'replace', attribute: 'distinguishedName', values: [newDn] }
    ],
    [showDeleted]
  )
}

async function tombstoneDn(connection: DirectoryConnection, objectGuid: ObjectGuid): Promise<string> {
  const search = {
    base: guidDn(objectGuid),
    scope: 'base',
    attributes: ['isDeleted'],
    controls: [showDeleted]
  } as const
  for await (const { dn, attributes } of connection.search(search)) {
    if (attributes.some(({ name }) => name === 'isDeleted')) return dn
  }
  throw new PermanentError(`There is no deleted object ${objectGuid}: check the GUID.`)
}
