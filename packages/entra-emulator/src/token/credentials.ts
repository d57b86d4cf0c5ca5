import type { FederatedCredential } from './federated-credential.ts'

/** What the application proves itself with. It can be changed while the emulator runs. */
export interface Credentials {
  readonly tenantId: string
  readonly clientId: string
  clientSecret: string
  /** The certificate registered for the application, PEM. */
  clientCertificatePem: string | undefined
  /** Other issuers whose tokens it may show in place of a secret. */
  federated: readonly FederatedCredential[]
}
