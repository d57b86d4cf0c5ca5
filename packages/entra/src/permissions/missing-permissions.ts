import { SetupError } from '@opendirsync/contracts'
import { type Feature, type FeaturePermissions, featurePermissions, type Need } from './permissions.ts'

/** A feature that the application was not permitted. */
export interface MissingPermission {
  readonly feature: Feature
  readonly purpose: string
  /** Each of them is enough alone; the least of them first. */
  readonly anyOf: readonly string[]
}

/** What the application is there for. */
export interface PermissionsNeeded {
  /** False: it only reads. */
  readonly writes: boolean
  /** Features that are switched off. */
  readonly unused: readonly Feature[]
}

/**
 * What these roles of a token do not permit of what can be done without.
 *
 * @param roles the token's application permissions
 * @throws SetupError `graph-permissions`, which names all that cannot be done without
 */
export function missingPermissions(
  roles: readonly string[],
  { writes, unused }: PermissionsNeeded
): readonly MissingPermission[] {
  const granted = new Set(roles)
  const missing = featurePermissions.filter(
    ({ feature, anyOf }) => !unused.includes(feature) && !anyOf.some(name => granted.has(name))
  )
  const needed: readonly Need[] = writes ? ['always', 'to-write'] : ['always']
  const fatal = missing.filter(({ need }) => needed.includes(need))
  if (fatal.length > 0) throw new SetupError('graph-permissions', sentences(fatal))
  return missing.map(({ feature, purpose, anyOf }) => ({ feature, purpose, anyOf }))
}

function sentences(missing: readonly FeaturePermissions[]): string {
  const least = missing.map(({ purpose, anyOf }) => `${anyOf[0]} (to ${purpose})`)
  const fewest = fewestFor(missing)
  const inPlace =
    fewest.length < new Set(missing.map(({ anyOf }) => anyOf[0])).size
      ? ` ${list(fewest)} would do for all of it.`
      : ''
  return (
    `The application lacks permissions in Microsoft Graph: ${list(least)}.${inPlace} ` +
    'Grant them as application permissions, with admin consent.'
  )
}

/** The least permissions without those that another one of them makes needless. */
function fewestFor(missing: readonly FeaturePermissions[]): string[] {
  const least = [...new Set(missing.map(({ anyOf }) => anyOf[0]))]
  return least.filter(
    name =>
      !missing
        .filter(({ anyOf }) => anyOf[0] === name)
        .every(({ anyOf }) => least.some(other => other !== name && anyOf.includes(other)))
  )
}

function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
