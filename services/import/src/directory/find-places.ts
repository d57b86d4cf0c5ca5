import { findObject } from '@opendirsync/active-directory'
import { type ConnectorScope, type ScopeInput, type ScopeReference, SetupError } from '@opendirsync/contracts'
import type { OpenedSource } from './open-source.ts'

/**
 * Looks up in the directory what a scope names, before anything was imported.
 *
 * @throws SetupError `scope-reference` naming everything that the directory does not have
 */
export async function findPlaces(
  source: OpenedSource,
  { containers, groups }: Omit<ScopeInput, 'conditions'>
): Promise<Omit<ConnectorScope, 'conditions'>> {
  const missing: string[] = []
  const all = async (names: readonly string[] = []): Promise<ScopeReference[]> => {
    const found: ScopeReference[] = []
    for (const name of names) {
      const object = await findObject(source.connection, name)
      if (object === undefined) missing.push(name)
      else found.push({ objectGuid: object.objectGuid, dn: object.dn })
    }
    return found
  }
  const scope = {
    ...(containers !== undefined && {
      containers: {
        include: await all(containers.include),
        exclude: await all(containers.exclude),
        newContainers: containers.newContainers ?? ('in' as const)
      }
    }),
    ...(groups !== undefined && { groups: await all(groups) })
  }
  if (missing.length === 0) return scope
  throw new SetupError(
    'scope-reference',
    `The scope names what the directory does not have, or does not show to the service account: ${missing.join('; ')}. Correct the settings.`
  )
}
