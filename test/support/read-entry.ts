import { readFile } from 'node:fs/promises'
import { Client, type Entry } from 'ldapts'
import type { DomainAccess } from './directory.ts'

/** One object as the domain tells it, by a client that is not ours. */
export async function readEntry(
  domain: DomainAccess,
  dn: string,
  attributes: readonly string[],
  binary: readonly string[] = []
): Promise<Entry> {
  const ca = [await readFile(domain.caFile)]
  const client = new Client({ url: domain.url, tlsOptions: { ca, servername: domain.serverName } })
  await client.bind(domain.bindDn, domain.password)
  try {
    const { searchEntries } = await client.search(dn, {
      scope: 'base',
      attributes: [...attributes],
      explicitBufferAttributes: [...binary]
    })
    const [entry] = searchEntries
    if (entry === undefined) throw new Error(`${dn} is not in the domain`)
    return entry
  } finally {
    await client.unbind()
  }
}
