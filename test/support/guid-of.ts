import { guidFromBytes } from '@opendirsync/active-directory'
import type { DomainAccess } from './directory.ts'
import { readEntry } from './read-entry.ts'

/** objectGUID of a distinguished name. */
export async function guidOf(domain: DomainAccess, dn: string): Promise<string> {
  const { objectGUID } = await readEntry(domain, dn, ['objectGUID'], ['objectGUID'])
  return guidFromBytes(objectGUID as Buffer)
}

/** The source anchor of an object without mS-DS-ConsistencyGuid. */
export async function anchorOf(domain: DomainAccess, dn: string): Promise<string> {
  const { objectGUID } = await readEntry(domain, dn, ['objectGUID'], ['objectGUID'])
  return (objectGUID as Buffer).toString('base64')
}
