import type { Clock } from './clock.ts'
import type { ExtensionProperties } from './model/extension-properties.ts'
import type { Administration } from './state/administration.ts'
import type { Application } from './state/application.ts'
import type { Directory } from './state/directory.ts'
import type { Tenant } from './state/tenant.ts'

/** The tenant with its objects and the switches of its behaviour: what every Graph handler works on. */
export interface EmulatedTenant {
  readonly tenant: Tenant
  readonly directory: Directory
  readonly extensions: ExtensionProperties
  readonly application: Application
  readonly administration: Administration
  readonly clock: Clock
  readonly behaviour: Behaviour
}

/** Where Microsoft's documentation leaves two ways open, or its service is known to act in both. */
export interface Behaviour {
  /** Whether POST /users takes `manager@odata.bind`. No Microsoft page says so; off without it. */
  readonly acceptsManagerAtCreate: boolean
  /** The status of a batch in which an item was throttled: 200, or 424 as the throttling page says, or both in turns. */
  readonly throttledBatchStatus: 200 | 424 | 'alternate'
  /** The status of an expired delta link: 410 with a Location, or 400. Both are documented. */
  readonly expiredDeltaStatus: 410 | 400
  /**
   * Whether the application itself holds a role high enough to change, delete and restore users who hold roles. Off
   * without it: they are refused with 403.
   */
  readonly writesPrivilegedUsers: boolean
  /**
   * Whether a user principal name may not move from one federated domain to another. Entra refused it until 2019
   * (Connect's category FederatedDomainChangeError); off without it.
   */
  readonly refusesFederatedDomainChange: boolean
}
