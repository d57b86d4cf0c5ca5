import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SambaDomain } from '../samba/start-samba-domain.ts'

/** What the services are told of a domain. */
export type DomainAccount = Pick<SambaDomain, 'url' | 'bindDn' | 'password' | 'caFile' | 'serverName'>

/** A connector of the connectors file. Further settings are written as they are. */
export interface SystemConnector {
  readonly name: string
  /** Addresses, account and CA are those of this domain. */
  readonly domain?: DomainAccount
  readonly [setting: string]: unknown
}

/** Writes a file for `CONNECTORS_FILE`, and beside it the passwords that it names. @returns its path */
export async function writeConnectorsFile(
  folder: string,
  connectors: readonly SystemConnector[]
): Promise<string> {
  const entries = connectors.map(async ({ domain, ...settings }) =>
    domain === undefined
      ? settings
      : { ...(await accountSettings(folder, settings.name, domain)), ...settings }
  )
  const file = join(folder, 'connectors.yaml')
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(await Promise.all(entries), undefined, 2))
  return file
}

async function accountSettings(
  folder: string,
  name: string,
  { url, bindDn, password, caFile, serverName }: DomainAccount
): Promise<Record<string, unknown>> {
  const passwordFile = `${name}.password`
  await writeFile(join(folder, passwordFile), password, { mode: 0o600 })
  return { controllers: [url], bindDn, passwordFile, caFile, serverName }
}
