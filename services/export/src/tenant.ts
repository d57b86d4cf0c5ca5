import { SetupError } from '@opendirsync/contracts'
import { connectEntra, type Entra } from '@opendirsync/entra'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'

/**
 * The tenant as the variables describe it.
 *
 * @throws SetupError('graph-credentials') when neither or both of secret and certificate are given.
 */
export function tenant(config: Readonly<Static<typeof ExportConfig>>): Entra {
  return connectEntra({
    graphUrl: config.GRAPH_URL,
    authorityHost: config.GRAPH_AUTHORITY_HOST,
    tenantId: config.GRAPH_TENANT_ID,
    clientId: config.GRAPH_CLIENT_ID,
    mode: config.EXPORT_MODE,
    matching: {
      hard: config.MATCH_HARD,
      softUserPrincipalName: config.MATCH_SOFT_UPN,
      softMail: config.MATCH_SOFT_MAIL
    },
    ...credential(config),
    ...(config.GRAPH_CA_FILE !== undefined && { caFile: config.GRAPH_CA_FILE })
  })
}

function credential(config: Readonly<Static<typeof ExportConfig>>) {
  const { GRAPH_CLIENT_SECRET: clientSecret, GRAPH_CERTIFICATE_FILE: certificatePath } = config
  if (clientSecret !== undefined && certificatePath === undefined)
    return { clientSecret: clientSecret.reveal() }
  if (clientSecret === undefined && certificatePath !== undefined) return { certificatePath }
  throw new SetupError(
    'graph-credentials',
    'Set one of GRAPH_CLIENT_SECRET (or GRAPH_CLIENT_SECRET_FILE) and GRAPH_CERTIFICATE_FILE, not both.'
  )
}
