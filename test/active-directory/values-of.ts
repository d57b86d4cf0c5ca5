import { type DirectoryConnection, guidDn } from '@opendirsync/active-directory'

/** As the directory has them now, sorted. */
export async function valuesOf(
  connection: DirectoryConnection,
  objectGuid: string,
  attribute: string
): Promise<string[]> {
  const search = { base: guidDn(objectGuid), scope: 'base', attributes: [attribute] } as const
  for await (const entry of connection.search(search))
    return (entry.attributes[0]?.values ?? []).map(String).sort()
  throw new Error(`${objectGuid} is not there`)
}
