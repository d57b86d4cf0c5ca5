import type { SambaDomain, System } from '@opendirsync/testing'

/** Where everything is, with the credentials of this throw-away system. */
export function addresses(domain: SambaDomain, system: System) {
  const { url, tokenUrl, tenantId, clientId, clientSecret, caFile } = system.emulator.graph
  return {
    ldap: {
      url: domain.url,
      baseDn: domain.baseDn,
      bindDn: domain.bindDn,
      password: domain.password,
      caFile: domain.caFile
    },
    graph: { url, tokenUrl, tenantId, clientId, clientSecret, caFile },
    api: system.api,
    postgres: system.postgres,
    redis: { url: system.redis.url }
  }
}

export function addressLines({ ldap, graph, api, postgres, redis }: ReturnType<typeof addresses>): string[] {
  return [
    'Where everything is:',
    `  REST API    ${api.url}  (OpenAPI: ${api.url}/openapi.json)`,
    `              curl -H 'Authorization: Bearer ${api.key}' ${api.url}/v1/runs`,
    `  LDAP        ${ldap.url}  ${ldap.bindDn}  ${ldap.password}  CA: ${ldap.caFile}`,
    `  Graph       ${graph.url}/v1.0  CA: ${graph.caFile}`,
    `              client ${graph.clientId}  secret ${graph.clientSecret}  tenant ${graph.tenantId}`,
    `  PostgreSQL  ${postgres.url}`,
    `  Redis       ${redis.url}`
  ]
}
