import { fileTimeToDate } from '@opendirsync/active-directory'
import type { ReplicatedObject } from '@opendirsync/drsr'
import type { PersonFacts } from '@opendirsync/store'

/** As drsr gives it, without the hash. */
export type Told = Omit<ReplicatedObject, 'ntHash'> & { readonly hasHash: boolean }

/**
 * What is known of an object, with what was told of it now.
 * - `no-person`: neither a user nor a computer.
 * - `incomplete`: it has a password, and what it is was never told: it must be read as a whole.
 *
 * A controller that lags behind tells of an older password than is known: the later one stays known.
 *
 * @param isWhole everything was asked for: what is not told is not there
 */
export function mergeFacts(
  known: PersonFacts | undefined,
  told: Told,
  isWhole: boolean
): PersonFacts | 'no-person' | 'incomplete' {
  const objectClass = told.objectClasses === undefined ? known?.objectClass : classOf(told.objectClasses)
  if (objectClass === undefined) {
    const isUnknown = told.objectClasses === undefined && told.hasHash && !isWhole
    return isUnknown ? 'incomplete' : 'no-person'
  }
  const base = isWhole ? undefined : known
  const { objectGuid, dn, pwdLastSet, adminDescription } = told
  return {
    objectGuid,
    dn,
    objectClass,
    // Of an account whose flags nobody told, nothing is known but that it may be disabled.
    userAccountControl:
      told.userAccountControl ??
      (told.userAccountControl === null ? undefined : base?.userAccountControl) ??
      2,
    mustChange: pwdLastSet === undefined ? (base?.mustChange ?? false) : pwdLastSet === 0n,
    passwordSetAt: pwdLastSet === undefined ? (base?.passwordSetAt ?? null) : timeOf(pwdLastSet),
    selection: adminDescription === undefined ? (base?.selection ?? null) : selectionOf(adminDescription),
    version: laterOf(versionOf(told), told.hasHash ? known?.version : base?.version)
  }
}

function classOf(classes: readonly string[]): PersonFacts['objectClass'] | undefined {
  if (classes.includes('computer')) return 'computer'
  if (classes.includes('inetOrgPerson')) return 'inetOrgPerson'
  return classes.includes('user') ? 'user' : undefined
}

function timeOf(pwdLastSet: bigint | null): Date | null {
  return pwdLastSet === null ? null : (fileTimeToDate(String(pwdLastSet)) ?? null)
}

/** The two values that Microsoft's tool uses, too. */
function selectionOf(adminDescription: string | null): PersonFacts['selection'] {
  if (adminDescription === 'PHSFiltered') return 'filtered'
  return adminDescription === 'PHSIncluded' ? 'included' : null
}

function versionOf({
  hasHash,
  passwordVersion,
  passwordChangedAt
}: Told): PersonFacts['version'] | undefined {
  if (!hasHash || passwordVersion === undefined || passwordChangedAt === undefined) return undefined
  return { number: passwordVersion, at: passwordChangedAt }
}

function laterOf(
  told: PersonFacts['version'] | undefined,
  known: PersonFacts['version'] | undefined
): PersonFacts['version'] {
  if (told === undefined || told === null) return known ?? null
  if (known === undefined || known === null) return told
  const isLater = known.number === told.number ? known.at > told.at : known.number > told.number
  return isLater ? known : told
}

/** Whether the hash that was told is that of the newest password that is known. */
export function isNewest({ version }: PersonFacts, told: Told): boolean {
  const own = versionOf(told)
  return version !== null && own?.number === version.number && own.at.getTime() === version.at.getTime()
}
