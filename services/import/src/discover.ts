import { connectDirectory, type DirectoryServer, readRootDse } from '@opendirsync/active-directory'

/** The naming context that this importer is for, and the connector's name. */
export interface Place {
  readonly namingContext: string
  readonly connector: string
}

/** @throws SetupError, UnavailableError */
export async function discover(server: DirectoryServer, name: string | undefined): Promise<Place> {
  await using connection = await connectDirectory(server)
  const { defaultNamingContext } = await readRootDse(connection)
  return { namingContext: defaultNamingContext, connector: name ?? dnsNameOf(defaultNamingContext) }
}

/** `DC=corp,DC=example,DC=com` is the domain corp.example.com (RFC 2247). */
function dnsNameOf(namingContext: string): string {
  return namingContext
    .split(',')
    .flatMap(part => (/^dc=/i.test(part) ? [part.slice(3).toLowerCase()] : []))
    .join('.')
}
