/** What can be switched on in a tenant's synchronization, by its bit in the service's number. */
const bits = {
  passwordHashSync: 1,
  passwordWriteback: 2,
  directoryExtensions: 4,
  duplicateUpnResiliency: 8,
  softMatchOnUpn: 16,
  duplicateProxyAddressResiliency: 32,
  cloudPasswordPolicyForPasswordSyncedUsers: 512,
  unifiedGroupWriteback: 1_024,
  userWriteback: 2_048,
  deviceWriteback: 4_096,
  synchronizeUpnForManagedUsers: 8_192,
  userForcePasswordChangeOnLogon: 16_384,
  passThroughAuthentication: 131_072,
  blockSoftMatch: 524_288,
  blockCloudObjectTakeoverThroughHardMatch: 1_048_576
} as const

export type Feature = keyof typeof bits

export type Features = Readonly<Record<Feature, boolean>>

export function featuresOf(mask: number): Features {
  const entries = Object.entries(bits).map(([name, bit]) => [name, (mask & bit) !== 0] as const)
  return Object.fromEntries(entries) as Features
}

/** The number with one feature on or off, and all others as they were, those without a name too. */
export function withFeature(mask: number, feature: Feature, isOn: boolean): number {
  return isOn ? mask | bits[feature] : mask & ~bits[feature]
}
