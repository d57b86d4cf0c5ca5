/** A domain that the tenant owns, as `/domains` and `/organization` tell it. */
export interface TenantDomain {
  readonly name: string
  readonly isVerified: boolean
  readonly isDefault: boolean
  readonly isInitial: boolean
  /** `Federated` users cannot be created without onPremisesImmutableId. */
  readonly authenticationType: 'Managed' | 'Federated'
}

/** The tenant itself. Its domains, its quota and its synchronization can be changed while the emulator runs. */
export interface Tenant {
  readonly id: string
  readonly displayName: string
  readonly countryLetterCode: string
  readonly createdDateTime: string
  domains: readonly TenantDomain[]
  /** How many objects it may hold, those in the bin among them. */
  objectQuota: number
  /** Whether directory synchronization is activated; null: it never was. */
  onPremisesSyncEnabled: boolean | null
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
  /** 300,000 without it: what a tenant with a verified domain has. */
  readonly objectQuota?: number
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

/** https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions */
export const usualObjectQuota = 300_000

/** A domain as an administrator leaves it: what is not said stays, or is what a new domain has. */
export interface DomainChange {
  readonly name: string
  /** A new domain is not verified, unless this says so. */
  readonly verified?: boolean
  readonly federated?: boolean
  readonly removed?: boolean
}

/** The domains once one of them was added, changed or removed. */
export function domainsAfter(domains: readonly TenantDomain[], change: DomainChange): TenantDomain[] {
  const name = change.name.toLowerCase()
  const known = domains.find(each => each.name === name)
  if (change.removed) return domains.filter(each => each !== known)
  const before = known ?? domain(name, { isVerified: false })
  const after: TenantDomain = {
    ...before,
    isVerified: change.verified ?? before.isVerified,
    authenticationType:
      change.federated === undefined ? before.authenticationType : change.federated ? 'Federated' : 'Managed'
  }
  return known === undefined ? [...domains, after] : domains.map(each => (each === known ? after : each))
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
