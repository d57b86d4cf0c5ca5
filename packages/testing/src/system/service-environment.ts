import type { DomainAccount } from './connectors-file.ts'
import type { GraphAccess } from './graph-access.ts'

export interface Surroundings {
  /** A single domain, or the path of the connectors file. */
  readonly directories: DomainAccount | string
  readonly graph: GraphAccess
  readonly postgresUrl: string
  readonly redisUrl: string
  readonly apiPort: number
  readonly apiKey: string
}

/** What every service is told. Each reads the variables that it knows, and leaves the others. */
export function serviceEnvironment(surroundings: Surroundings): Record<string, string> {
  const { directories, graph, postgresUrl, redisUrl, apiPort, apiKey } = surroundings
  return {
    LOG_LEVEL: 'info',
    POSTGRES_URL: postgresUrl,
    REDIS_URL: redisUrl,
    ...(typeof directories === 'string' ? { CONNECTORS_FILE: directories } : domainVariables(directories)),
    GRAPH_URL: graph.url,
    GRAPH_AUTHORITY_HOST: graph.authorityHost,
    GRAPH_TENANT_ID: graph.tenantId,
    GRAPH_CLIENT_ID: graph.clientId,
    GRAPH_CLIENT_SECRET: graph.clientSecret,
    GRAPH_CA_FILE: graph.caFile,
    // Whoever wants Microsoft's quotas asks the emulator for them, and says so here.
    GRAPH_WRITE_QUOTA: '1000000',
    GRAPH_RESOURCE_UNIT_QUOTA: '1000000',
    API_HOST: '127.0.0.1',
    API_PORT: String(apiPort),
    API_KEYS: `system:${apiKey}`
  }
}

function domainVariables({
  url,
  bindDn,
  password,
  caFile,
  serverName
}: DomainAccount): Record<string, string> {
  return {
    AD_URL: url,
    AD_BIND_DN: bindDn,
    AD_PASSWORD: password,
    AD_CA_FILE: caFile,
    AD_SERVER_NAME: serverName
  }
}
