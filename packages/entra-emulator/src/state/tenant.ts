/** A domain that the tenant owns, as `/domains` and `/organization` tell it. */
export interface TenantDomain {
  readonly name: string
  readonly isVerified: boolean
  readonly isDefault: boolean
  readonly isInitial: boolean
  /** `Federated` users cannot be created without onPremisesImmutableId. */
  readonly authenticationType: 'Managed' | 'Federated'
}

/** What is fixed about the tenant. */
export interface Tenant {
  readonly id: string
  readonly displayName: string
  readonly countryLetterCode: string
  readonly createdDateTime: string
  readonly domains: readonly TenantDomain[]
}

export interface TenantOptions {
  /** The directory (tenant) id; a random one without it. */
  readonly id?: string
  readonly displayName?: string
  /** Verified domains; the first is the default one. */
  readonly domains?: readonly string[]
  readonly unverifiedDomains?: readonly string[]
  /** Verified domains whose users sign in elsewhere. */
  readonly federatedDomains?: readonly string[]
}

export function tenantDomains(options: TenantOptions): TenantDomain[] {
  const names = options.domains ?? ['contoso.com']
  const managed = names.map((name, index) => domain(name, { isDefault: index === 0 }))
  const federated = (options.federatedDomains ?? []).map(name =>
    domain(name, { authenticationType: 'Federated' })
  )
  const unverified = (options.unverifiedDomains ?? []).map(name => domain(name, { isVerified: false }))
  const initial = domain('emulated.onmicrosoft.com', { isInitial: true, isDefault: managed.length === 0 })
  return [...managed, ...federated, ...unverified, initial]
}

export function defaultDomain(tenant: Tenant): string {
  return tenant.domains.find(domain => domain.isDefault)?.name ?? 'emulated.onmicrosoft.com'
}

function domain(name: string, properties: Partial<TenantDomain>): TenantDomain {
  return {
    name: name.toLowerCase(),
    isVerified: true,
    isDefault: false,
    isInitial: false,
    authenticationType: 'Managed',
    ...properties
  }
}
