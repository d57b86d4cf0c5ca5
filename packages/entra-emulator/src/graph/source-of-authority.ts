import type { DirectoryEntry } from '../state/directory-entry.ts'
import { badRequest } from './graph-error.ts'

/**
 * Refuses changes of what another system rules. `onPremisesSyncEnabled` is true while Microsoft's own synchronisation
 * does, and `ownedByExternalService` (true, or the names of properties) is how the emulator is told of Exchange and the
 * like. The words are those of reported answers, e.g. https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3564
 */
export function requireOwnAuthority({ properties }: DirectoryEntry, names: readonly string[]): void {
  const { onPremisesSyncEnabled, ownedByExternalService: owned } = properties
  if (onPremisesSyncEnabled === true) throw masteredOnPremises()
  // Once an object was synchronised, only Exchange changes its extension attributes.
  const wasSynchronised = onPremisesSyncEnabled === false && names.includes('onPremisesExtensionAttributes')
  const isOwned = owned === true || (Array.isArray(owned) && names.some(name => owned.includes(name)))
  if (isOwned || wasSynchronised) {
    throw badRequest(
      'Unable to update the specified properties for objects that have originated within an external service.'
    )
  }
}

export function masteredOnPremises() {
  return badRequest(
    'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects ' +
      'currently undergoing migration.'
  )
}
