import { UnavailableError } from '@opendirsync/contracts'
import type { SearchEntry } from '@opendirsync/ldap'
import type { DirectoryConnection } from './connection/directory-connection.ts'
import { GUID_BYTES, guidFromBytes } from './decode/guid.ts'

/** What a domain controller says of itself (MS-ADTS section 3.1.1.3.2). */
export interface RootDse {
  readonly defaultNamingContext: string
  readonly configurationNamingContext: string
  readonly namingContexts: readonly string[]
  readonly dnsHostName: string
  /** The DN of this server's NTDS settings. */
  readonly dsServiceName: string
  /** The identity of this copy of the database; changes when the server is restored. Absent when not readable. */
  readonly invocationId?: string
  readonly highestCommittedUsn: string
  readonly supportedControls: readonly string[]
}

const attributes = [
  'defaultNamingContext',
  'configurationNamingContext',
  'namingContexts',
  'dnsHostName',
  'dsServiceName',
  'highestCommittedUSN',
  'supportedControl'
] as const

/** @throws UnavailableError when the server is not (yet) a domain controller that answers for a domain */
export async function readRootDse(connection: DirectoryConnection): Promise<RootDse> {
  const entry = await readOne(connection, '', attributes)
  const values = (name: (typeof attributes)[number]) =>
    valuesOf(entry, name).map(value => value.toString('utf8'))
  const single = (name: (typeof attributes)[number]) => {
    const [value] = values(name)
    if (value !== undefined) return value
    throw new UnavailableError(
      'active-directory',
      `${connection.server} does not tell its ${name}. It will be retried.`
    )
  }
  const dsServiceName = single('dsServiceName')
  const settings = await readOne(connection, dsServiceName, ['invocationId']).catch(() => undefined)
  const [invocationId] = valuesOf(settings, 'invocationId')
  return {
    defaultNamingContext: single('defaultNamingContext'),
    configurationNamingContext: single('configurationNamingContext'),
    namingContexts: values('namingContexts'),
    dnsHostName: single('dnsHostName'),
    dsServiceName,
    ...(invocationId?.length === GUID_BYTES && { invocationId: guidFromBytes(invocationId) }),
    highestCommittedUsn: single('highestCommittedUSN'),
    supportedControls: values('supportedControl')
  }
}

async function readOne(
  connection: DirectoryConnection,
  base: string,
  names: readonly string[]
): Promise<SearchEntry | undefined> {
  for await (const entry of connection.search({ base, scope: 'base', attributes: names })) return entry
  return undefined
}

function valuesOf(entry: SearchEntry | undefined, name: string): readonly Buffer[] {
  return (
    entry?.attributes.find(attribute => attribute.name.toLowerCase() === name.toLowerCase())?.values ?? []
  )
}
