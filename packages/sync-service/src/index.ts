export {
  connectSyncService,
  type SyncService,
  type SyncServiceFacts,
  type SyncServiceOptions
} from './connect.ts'
export type { Company } from './operations/company.ts'
export type { Feature, Features } from './operations/features.ts'
export type { Credential, CredentialOutcome } from './operations/provision-credentials.ts'
export { derivePph1 } from './pph1.ts'
