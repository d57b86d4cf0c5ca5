import type { SambaDomain } from '../samba/start-samba-domain.ts'
import type { GraphAccess } from './graph-access.ts'

export interface Surroundings {
  readonly domain: Pick<SambaDomain, 'url' | 'bindDn' | 'password' | 'caFile' | 'serverName'>
  readonly graph: GraphAccess
  readonly postgresUrl: string
  readonly redisUrl: string
  readonly apiPort: number
  readonly apiKey: string
}

/** What every service is told. Each reads the variables that it knows, and leaves the others. */
export function serviceEnvironment(surroundings: Surroundings): Record<string, string> {
  const { domain, graph, postgresUrl, redisUrl, apiPort, apiKey } = surroundings
  return {
    LOG_LEVEL: 'info',
    POSTGRES_URL: postgresUrl,
    REDIS_URL: redisUrl,
    AD_URL: domain.url,
    AD_BIND_DN: domain.bindDn,
    AD_PASSWORD: domain.password,
    AD_CA_FILE: domain.caFile,
    AD_SERVER_NAME: domain.serverName,
    GRAPH_URL: graph.url,
    GRAPH_AUTHORITY_HOST: graph.authorityHost,
    GRAPH_TENANT_ID: graph.tenantId,
    GRAPH_CLIENT_ID: graph.clientId,
    GRAPH_CLIENT_SECRET: graph.clientSecret,
    GRAPH_CA_FILE: graph.caFile,
    API_HOST: '127.0.0.1',
    API_PORT: String(apiPort),
    API_KEYS: `system:${apiKey}`
  }
}
