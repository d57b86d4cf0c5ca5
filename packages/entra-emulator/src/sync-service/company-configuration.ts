import type { Tenant } from '../state/tenant.ts'
import type { Passwords } from './passwords.ts'
import { arraysPrefix, chars, integer, member, type Result, truth } from './replies.ts'
import type { Synchronization } from './synchronization.ts'

export interface CompanyState {
  readonly tenant: Tenant
  readonly synchronization: Synchronization
  readonly passwords: Passwords
}

const minutes30 = 18_000_000_000n

/** What the service tells of the tenant, in the order of the alphabet, as data contracts are written. */
export function companyConfiguration({ tenant, synchronization, passwords }: CompanyState): Result {
  const allowed = ['ObjectWriteback', 'PasswordWriteback'].map(each => member('string', chars(each), 'b'))
  return {
    attributes: [arraysPrefix],
    content: [
      member('AllowedFeatures', allowed),
      member('DirSyncConfiguration', dirSyncConfiguration()),
      member('DirSyncFeatures', integer(synchronization.features)),
      member('DisplayName', chars(tenant.displayName)),
      member('IsDirSyncing', truth(synchronization.isActive)),
      member('IsPasswordSyncing', truth(synchronization.has('PasswordHashSync') && passwords.hasAny)),
      member('MaxLinksSupportedAcrossBatchInProvision2', integer(15_000)),
      member('SynchronizationInterval', { type: 'timeSpan', value: minutes30 }),
      member('TenantId', { type: 'uuid', value: tenant.id })
    ]
  }
}

function dirSyncConfiguration() {
  return [
    member('AnchorAttribute', undefined),
    member('ApplicationVersion', undefined),
    member('ClientVersion', undefined),
    member('CurrentExport', [
      member('DirSyncClientMachineName', undefined),
      member('TotalConnectorSpaceObjects', integer(0))
    ]),
    member('IsTrackingChanges', truth(true)),
    member('PreventAccidentalDeletion', [
      member('DeletionPrevention', chars('EnabledForCount')),
      member('ThresholdCount', integer(500)),
      member('ThresholdPercentage', integer(0))
    ]),
    member('Writeback', [member('UnifiedGroupContainer', undefined), member('UserContainer', undefined)])
  ]
}

/** The service tells its capabilities as XML in a text. */
export function capabilities({ oldestBuild }: Synchronization): Result {
  const xml =
    '<ServiceCapabilities><ServiceCapability>' +
    `<LatestProductVersion>2.5.190.0</LatestProductVersion><MinimumProductVersion>${oldestBuild}</MinimumProductVersion>` +
    '<BlackList Enabled="false" /><ClientVersion>8.0</ClientVersion>' +
    '</ServiceCapability></ServiceCapabilities>'
  return { content: chars(xml) }
}
