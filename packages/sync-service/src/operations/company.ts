import { element, elementAt, elementsIn, textAt, textIn } from '@opendirsync/binary-xml'
import { UnavailableError } from '@opendirsync/contracts'
import { text, truth } from '../soap/envelope.ts'
import type { CallService } from '../transport/call.ts'
import { system } from '../transport/connection-error.ts'
import { type Feature, type Features, featuresOf, withFeature } from './features.ts'

/** A tenant, as its synchronization service sees it. */
export interface Company {
  readonly tenantId: string
  readonly displayName: string
  /** Directory synchronization is switched on for the tenant. */
  readonly isDirSyncing: boolean
  /** Hashes have come. */
  readonly isPasswordSyncing: boolean
  readonly features: Features
  /** Names of what the tenant's licences and its state permit, in the service's words. */
  readonly allowedFeatures: readonly string[]
}

interface CompanyWithMask extends Company {
  readonly mask: number
}

/** @throws as CallService does */
export async function readCompany(call: CallService): Promise<Company> {
  const { mask: _mask, ...company } = await readWithMask(call)
  return company
}

/**
 * Reads which features are on, and writes that number with one of them changed. Nothing is written when it is so already.
 * Two who do this at once may undo one another's change: the service has no condition for it.
 * @throws as CallService does
 */
export async function switchFeature(call: CallService, feature: Feature, isOn: boolean): Promise<Features> {
  const { mask } = await readWithMask(call)
  const wanted = withFeature(mask, feature, isOn)
  if (wanted === mask) return featuresOf(mask)
  const content = [element('dirsyncFeatures', text(String(wanted)))]
  await call({ operation: 'SetCompanyDirsyncFeatures', content })
  return featuresOf(wanted)
}

async function readWithMask(call: CallService): Promise<CompanyWithMask> {
  const content = [element('includeLicenseInformation', truth(false))]
  const result = await call({ operation: 'GetCompanyConfiguration', content })
  const mask = Number(result && (textAt(result, 'DirSyncFeatures') || undefined))
  if (result === undefined || !Number.isSafeInteger(mask)) {
    throw new UnavailableError(
      system,
      'The synchronization service told nothing of the features of the tenant. It will be tried again.'
    )
  }
  const allowed = elementAt(result, 'AllowedFeatures')
  return {
    tenantId: textAt(result, 'TenantId') ?? '',
    displayName: textAt(result, 'DisplayName') ?? '',
    isDirSyncing: isTrue(textAt(result, 'IsDirSyncing')),
    isPasswordSyncing: isTrue(textAt(result, 'IsPasswordSyncing')),
    features: featuresOf(mask),
    allowedFeatures: allowed === undefined ? [] : elementsIn(allowed).map(textIn),
    mask
  }
}

/** XML Schema part 2, section 3.2.2. */
function isTrue(characters: string | undefined): boolean {
  return characters?.trim() === 'true' || characters?.trim() === '1'
}
