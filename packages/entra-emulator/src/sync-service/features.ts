/** What a tenant's synchronization may have switched on, by its bit in `DirSyncFeatures`. Bits without a name are kept. */
const bits = {
  PasswordHashSync: 1,
  PasswordWriteBack: 2,
  DirectoryExtensions: 4,
  DuplicateUPNResiliency: 8,
  EnableSoftMatchOnUpn: 16,
  DuplicateProxyAddressResiliency: 32,
  EnforceCloudPasswordPolicyForPasswordSyncedUsers: 512,
  UnifiedGroupWriteback: 1_024,
  UserWriteback: 2_048,
  DeviceWriteback: 4_096,
  SynchronizeUpnForManagedUsers: 8_192,
  EnableUserForcePasswordChangeOnLogon: 16_384,
  PassThroughAuthentication: 131_072,
  BlockSoftMatch: 524_288,
  BlockCloudObjectTakeoverThroughHardMatch: 1_048_576
} as const

export type FeatureName = keyof typeof bits

export type FeatureChange = Readonly<Partial<Record<FeatureName, boolean>>>

/** Of a tenant in which directory synchronization has just been switched on: a value that was seen. */
export const usualFeatures = 41_016

export const featureNames = Object.keys(bits) as readonly FeatureName[]

export function hasFeature(mask: number, name: FeatureName): boolean {
  return (mask & bits[name]) !== 0
}

export function changedFeatures(mask: number, change: FeatureChange): number {
  let changed = mask
  for (const name of featureNames) {
    const isOn = change[name]
    if (isOn !== undefined) changed = isOn ? changed | bits[name] : changed & ~bits[name]
  }
  return changed
}
