import { userAccountControlFlag as flag } from '@opendirsync/active-directory'
import type { KnownPerson, PasswordState, PersonFacts, SentPassword } from '@opendirsync/store'

/** What holds for everybody. */
export interface Policy {
  /** The tenant makes people change their password at the next sign-in, where the directory would. */
  readonly forcesChange: boolean
  /** Only people who are marked as included. */
  readonly onlyIncluded: boolean
}

export type Decision =
  | { readonly what: 'send'; readonly sourceAnchor: string; readonly sending: SentPassword }
  /** Nothing is to be sent: the tenant has it, or the state says why not. */
  | { readonly what: 'stay'; readonly state: PasswordState }

const trustAccounts = flag.interdomainTrustAccount | flag.workstationAccount | flag.serverAccount

/** Whether a person's password is sent. What the directory says comes before what the tenant has. */
export function decide(facts: PersonFacts, person: KnownPerson, policy: Policy): Decision {
  const reason = whyNot(facts, person, policy)
  if (reason !== undefined) return { what: 'stay', state: reason }
  const { sourceAnchor, entraId } = person.account
  const { version } = facts
  if (version === null) return { what: 'stay', state: 'no-hash' }
  if (sourceAnchor === null || entraId === null) return { what: 'stay', state: 'not-exported' }
  const sending = { version, forced: mustChangeAtLogon(facts), entraId }
  if (person.asked <= person.answered && isSame(person.sent, sending)) return { what: 'stay', state: 'sent' }
  return { what: 'send', sourceAnchor, sending }
}

function whyNot(facts: PersonFacts, { account }: KnownPerson, policy: Policy): PasswordState | undefined {
  const { objectClass, userAccountControl: bits, selection } = facts
  if (objectClass === 'computer' || (bits & trustAccounts) !== 0) return 'computer'
  if (objectClass === 'inetOrgPerson') return 'inet-org-person'
  if (selection === 'filtered' || (policy.onlyIncluded && selection !== 'included')) return 'filtered'
  if (account.presence === 'out-of-scope') return 'out-of-scope'
  if ((bits & flag.accountDisabled) !== 0) return 'disabled'
  if (facts.version === null) return 'no-hash'
  if (!policy.forcesChange && mustChangeAtLogon(facts)) return 'must-change'
  return account.presence === 'coming' ? 'not-exported' : undefined
}

/** MS-ADTS section 3.1.1.4.5.17: neither who needs a smart card nor whose password never expires must change it. */
function mustChangeAtLogon({ mustChange, userAccountControl: bits }: PersonFacts): boolean {
  return mustChange && (bits & (flag.passwordNeverExpires | flag.smartCardRequired)) === 0
}

function isSame(sent: SentPassword | undefined, wanted: SentPassword): boolean {
  return (
    sent !== undefined &&
    sent.version.number === wanted.version.number &&
    sent.version.at.getTime() === wanted.version.at.getTime() &&
    sent.forced === wanted.forced &&
    sent.entraId === wanted.entraId
  )
}
