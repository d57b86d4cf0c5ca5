import type { DirectoryServer } from '@opendirsync/active-directory'
import type { Static } from 'typebox'
import type { ImportConfig } from './config.ts'

/** The domain controller as the variables describe it. */
export function directoryServer(config: Readonly<Static<typeof ImportConfig>>): DirectoryServer {
  return {
    url: config.AD_URL,
    startTls: config.AD_START_TLS,
    bindDn: config.AD_BIND_DN,
    password: config.AD_PASSWORD.reveal(),
    ...(config.AD_CA_FILE !== undefined && { caFile: config.AD_CA_FILE }),
    ...(config.AD_SERVER_NAME !== undefined && { serverName: config.AD_SERVER_NAME })
  }
}
