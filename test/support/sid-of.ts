import { sidFromBytes } from '@opendirsync/active-directory'
import type { DomainAccess } from './directory.ts'
import { readEntry } from './read-entry.ts'

/** As an administrator's tool would name the account in another forest. */
export async function sidOf(domain: DomainAccess, dn: string): Promise<string> {
  const { objectSid } = await readEntry(domain, dn, ['objectSid'], ['objectSid'])
  return sidFromBytes(objectSid as Buffer)
}
