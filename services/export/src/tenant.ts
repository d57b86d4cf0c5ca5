import type { ExportMode, WriteBudget } from '@opendirsync/contracts'
import { connectEntra, type Entra } from '@opendirsync/entra'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'
import { credentialIn } from './credential.ts'

/**
 * The tenant as the variables describe it.
 *
 * @throws SetupError `graph-credentials`, `graph-cloud`, `graph-certificate` when they do not fit together
 */
export function tenant(
  config: Readonly<Static<typeof ExportConfig>>,
  budget: WriteBudget,
  mode: () => ExportMode
): Entra {
  return connectEntra({
    cloud: config.GRAPH_CLOUD,
    tenantId: config.GRAPH_TENANT_ID,
    clientId: config.GRAPH_CLIENT_ID,
    mode,
    budget,
    matching: {
      hard: config.MATCH_HARD,
      softUserPrincipalName: config.MATCH_SOFT_UPN,
      softMail: config.MATCH_SOFT_MAIL
    },
    onPremisesAttributes: config.ONPREMISES_ATTRIBUTES === 'on',
    ...credentialIn(config),
    ...(config.GRAPH_URL !== undefined && { graphUrl: config.GRAPH_URL }),
    ...(config.GRAPH_AUTHORITY_HOST !== undefined && { authorityHost: config.GRAPH_AUTHORITY_HOST }),
    ...(config.GRAPH_CA_FILE !== undefined && { caFile: config.GRAPH_CA_FILE })
  })
}
