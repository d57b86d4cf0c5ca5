/** How to reach a tenant. */
export interface GraphAccess {
  /** `https://localhost:port`, without the version. */
  readonly url: string
  readonly tokenUrl: string
  readonly authorityHost: string
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  /** PEM of the CA that signed the tenant's certificate. */
  readonly caFile: string
}
