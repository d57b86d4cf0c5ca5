import {
  type Credential,
  connectSyncService,
  derivePph1,
  type SyncServiceOptions
} from '@opendirsync/sync-service'
import type { TenantService } from './tenant-service.ts'

export function connect(service: TenantService, options: Partial<SyncServiceOptions> = {}) {
  return connectSyncService({
    tenantId: service.tenantId,
    clientId: service.clientId,
    certificatePath: service.certificatePath,
    authorityHost: service.origin,
    endpoint: service.endpoint,
    caFile: service.caFile,
    mode: 'export',
    ...options
  })
}

/** Passwords of so many people, and their texts as they were before they are overwritten. */
export function people(count: number): {
  readonly credentials: Credential[]
  readonly texts: Map<string, string>
} {
  const credentials = Array.from({ length: count }, (_each, position) => ({
    sourceAnchor: Buffer.alloc(16, position).toString('base64'),
    credentialData: derivePph1(Buffer.alloc(16, position)),
    changeDate: new Date(Date.UTC(2026, 10, 22) + position * 1_000)
  }))
  const texts = new Map(credentials.map(each => [each.sourceAnchor, each.credentialData.toString('latin1')]))
  return { credentials, texts }
}
