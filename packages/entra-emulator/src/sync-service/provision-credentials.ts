import { type Clock, graphDateTime } from '../clock.ts'
import type { Directory } from '../state/directory.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import { child, coexistence, membersOf, operations, type XmlNode } from './message.ts'
import type { CredentialFate, Passwords } from './passwords.ts'
import { type Pph1, parsePph1 } from './pph1.ts'
import { chars, coexistencePrefix, integer, member, type Result } from './replies.ts'
import { cannotDeserialize, passwordSyncNotActivated } from './sync-fault.ts'
import type { Synchronization } from './synchronization.ts'

export interface CredentialState {
  readonly directory: Directory
  readonly clock: Clock
  readonly synchronization: Synchronization
  readonly passwords: Passwords
}

/** One password of one person, as it came. */
interface Change {
  /** Undefined when nothing was said. */
  readonly changedAt: Date | undefined
  readonly cloudAnchor: string | undefined
  readonly sourceAnchor: string | undefined
  readonly credentialData: string | undefined
  readonly forceChange: boolean
}

const itemMembers = [
  'ChangeDate',
  'CloudAnchor',
  'CredentialData',
  'ForcePasswordChangeOnLogon',
  'SourceAnchor',
  'WindowsLegacyCredentials',
  'WindowsSupplementalCredentials'
]

const resultOf: Readonly<Record<CredentialFate, readonly [code: number, words: string | undefined]>> = {
  taken: [0, undefined],
  /** Also for a person who is not known everywhere yet: the client is to try again. */
  unknownPerson: [2, undefined],
  /** The number is our own: no client has published one. */
  malformed: [1, 'The credential data of this person are not understood.']
}

/**
 * Takes passwords, each for itself: one that is refused leaves the others as they are.
 * @throws SyncFault when nothing of it can be read, or the tenant takes no passwords
 */
export function provisionCredentials(state: CredentialState, body: XmlNode): Result {
  if (!state.synchronization.has('PasswordHashSync')) throw passwordSyncNotActivated()
  const request = child(body, operations, 'request')
  const items = request && child(request, coexistence, 'RequestItems')
  if (items === undefined) throw unreadable()
  const changes = items.children.filter(isItem).map(changeOf)
  state.passwords.countCall()
  const results = changes.map(change => {
    const fate = carryOut(state, change)
    state.passwords.count(fate)
    return resultElement(change, fate)
  })
  return { attributes: [coexistencePrefix], content: [member('Results', results, 'b')] }
}

function isItem({ namespace, name }: XmlNode): boolean {
  return namespace === coexistence && name === 'SyncCredentialsChangeItem'
}

function changeOf(item: XmlNode): Change {
  const members = membersOf(item, coexistence, itemMembers)
  const text = (name: string): string | undefined => members.get(name)?.text
  return {
    changedAt: dateOf(text('ChangeDate')),
    cloudAnchor: text('CloudAnchor'),
    sourceAnchor: text('SourceAnchor'),
    credentialData: text('CredentialData'),
    forceChange: booleanOf(text('ForcePasswordChangeOnLogon'))
  }
}

function carryOut(state: CredentialState, change: Change): CredentialFate {
  const { changedAt, credentialData } = change
  const pph1 = credentialData === undefined ? undefined : parsePph1(credentialData)
  if (pph1 === undefined || changedAt === undefined) return 'malformed'
  const user = userOf(state, change)
  if (user === undefined) return 'unknownPerson'
  keep(state, user, { pph1, changedAt, forceChange: change.forceChange })
  return 'taken'
}

function userOf({ directory, synchronization }: CredentialState, change: Change): DirectoryEntry | undefined {
  const { cloudAnchor, sourceAnchor } = change
  const user =
    sourceAnchor === undefined
      ? directory.find(/^User_(.+)$/.exec(cloudAnchor ?? '')?.[1] ?? '', 'user')
      : directory.findBy('onPremisesImmutableId', sourceAnchor)
  const isOurs = synchronization.takesCloudUsers || user?.properties.onPremisesSyncEnabled === true
  return isOurs ? user : undefined
}

function keep(
  { directory, clock, synchronization, passwords }: CredentialState,
  user: DirectoryEntry,
  { pph1, changedAt, forceChange }: { pph1: Pph1; changedAt: Date; forceChange: boolean }
): void {
  passwords.keep(user.id, {
    pph1,
    changedAt: changedAt.toISOString(),
    arrivedAt: new Date(clock.now()).toISOString(),
    forceChange: forceChange && synchronization.has('EnableUserForcePasswordChangeOnLogon')
  })
  const policies = synchronization.has('EnforceCloudPasswordPolicyForPasswordSyncedUsers')
    ? {}
    : { passwordPolicies: neverExpiring(user.properties.passwordPolicies) }
  directory.update(user, { lastPasswordChangeDateTime: graphDateTime(changedAt.getTime()), ...policies })
}

/** What else the user's password policies say stays. */
function neverExpiring(policies: unknown): string {
  const others = typeof policies === 'string' ? policies.split(/, ?/) : []
  const kept = others.filter(each => !['None', 'DisablePasswordExpiration', ''].includes(each))
  return ['DisablePasswordExpiration', ...kept].join(', ')
}

function resultElement({ cloudAnchor, sourceAnchor }: Change, fate: CredentialFate) {
  const [code, words] = resultOf[fate]
  const text = (name: string, value: string | undefined) =>
    member(name, value === undefined ? undefined : chars(value), 'b')
  return member(
    'SyncCredentialsChangeResult',
    [
      text('CloudAnchor', cloudAnchor),
      text('ExtendedErrorInformation', words),
      member('Result', integer(code), 'b'),
      text('SourceAnchor', sourceAnchor)
    ],
    'b'
  )
}

/** XML Schema part 2, section 3.2.7. Without a zone it is taken for UTC. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/

function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const [whole, zone] = dateTime.exec(text.trim()) ?? []
  const date = new Date(whole === undefined ? Number.NaN : zone === undefined ? `${whole}Z` : whole)
  if (Number.isNaN(date.getTime())) throw unreadable()
  return date
}

function booleanOf(text: string | undefined): boolean {
  const value = text?.trim() ?? 'false'
  if (!['true', 'false', '1', '0'].includes(value)) throw unreadable()
  return value === 'true' || value === '1'
}

function unreadable() {
  return cannotDeserialize(`${operations}:request`)
}
