import type { Tenant } from '../state/tenant.ts'
import {
  changedFeatures,
  type FeatureChange,
  type FeatureName,
  hasFeature,
  usualFeatures
} from './features.ts'

/** What is absent stays. */
export interface SynchronizationChange {
  /** Whether directory synchronization is activated for the tenant: `onPremisesSyncEnabled` of its organization. */
  readonly directorySync?: boolean
  readonly features?: FeatureChange
  /** Every call that comes to another host than this one is sent there: `https://host:port`. Null: none is. */
  readonly redirectedTo?: string | null
  /** Builds of the client that are older are refused. */
  readonly oldestBuild?: string
  /** Whether passwords of users are taken that Entra Connect does not own (`onPremisesSyncEnabled`); true without it. */
  readonly takesCloudUsers?: boolean
}

/** The tenant's own settings of its synchronization, and how its service behaves. */
export class Synchronization {
  readonly #tenant: Tenant
  features = usualFeatures
  /** An origin. */
  redirectedTo: string | null = null
  /** The newest build that is known to have been refused is 1.5.29.0. */
  oldestBuild = '1.5.30.0'
  takesCloudUsers = true

  constructor(tenant: Tenant, change: SynchronizationChange = {}) {
    this.#tenant = tenant
    this.change(change)
  }

  get isActive(): boolean {
    return this.#tenant.onPremisesSyncEnabled === true
  }

  /** The service appears in a tenant when synchronization is activated there, and stays. */
  get hasService(): boolean {
    return this.#tenant.onPremisesSyncEnabled !== null
  }

  has(feature: FeatureName): boolean {
    return hasFeature(this.features, feature)
  }

  isTooOld(build: string): boolean {
    const [given, oldest] = [build, this.oldestBuild].map(each => each.split('.').map(Number))
    for (const [index, least] of (oldest ?? []).entries()) {
      const part = given?.[index] ?? 0
      // A part that is no number is older than any.
      if (part !== least) return !(part > least)
    }
    return false
  }

  change({
    directorySync,
    features,
    redirectedTo,
    oldestBuild,
    takesCloudUsers
  }: SynchronizationChange): void {
    if (directorySync !== undefined) this.#tenant.onPremisesSyncEnabled = directorySync
    if (features !== undefined) this.features = changedFeatures(this.features, features)
    if (redirectedTo !== undefined) this.redirectedTo = redirectedTo && new URL(redirectedTo).origin
    if (oldestBuild !== undefined) this.oldestBuild = oldestBuild
    if (takesCloudUsers !== undefined) this.takesCloudUsers = takesCloudUsers
  }

  toJSON(): object {
    const { features, redirectedTo, oldestBuild, takesCloudUsers } = this
    return {
      directorySync: this.#tenant.onPremisesSyncEnabled,
      features,
      redirectedTo,
      oldestBuild,
      takesCloudUsers
    }
  }
}
