/** What the application proves itself with. It can be changed while the emulator runs. */
export interface Credentials {
  readonly tenantId: string
  readonly clientId: string
  clientSecret: string
  /** The certificate registered for the application, PEM. */
  clientCertificatePem: string | undefined
}
