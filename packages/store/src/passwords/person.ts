import type { ObjectGuid } from '@opendirsync/contracts'
import type { PasswordState } from './password-states.ts'

/** One of the passwords that an object has had. Of two, the one with the higher number is the later one. */
export interface PasswordVersion {
  /** How often the password was set. */
  readonly number: number
  readonly at: Date
}

/** What decides whether a password is sent, as the directory has told it so far. */
export interface PersonFacts {
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly objectClass: 'user' | 'inetOrgPerson' | 'computer'
  /** Bits (MS-ADTS section 2.2.16). */
  readonly userAccountControl: number
  /** pwdLastSet is zero. */
  readonly mustChange: boolean
  readonly passwordSetAt: Date | null
  /** What adminDescription says of it. */
  readonly selection: 'filtered' | 'included' | null
  /** Null: there is no password. */
  readonly version: PasswordVersion | null
}

/** What the tenant was given. */
export interface SentPassword {
  readonly version: PasswordVersion
  /** That it must be changed at the next sign-in. */
  readonly forced: boolean
  /** The account's id in the tenant. */
  readonly entraId: string
}

/** The person in the metaverse and in the tenant. */
export interface PersonAccount {
  /**
   * `present`: in the tenant. `coming`: it is not there, and may be soon. `out-of-scope`: the rules or the scope keep it
   * out.
   */
  readonly presence: 'present' | 'coming' | 'out-of-scope'
  readonly sourceAnchor: string | null
  readonly entraId: string | null
}

export interface KnownPerson {
  readonly objectGuid: ObjectGuid
  /** Undefined: nothing was told of it yet. */
  readonly facts: PersonFacts | undefined
  readonly sent: SentPassword | undefined
  readonly state: PasswordState | undefined
  readonly attempts: number
  /** How often somebody has asked for its password to be sent again, so far. */
  readonly asked: number
  /** Up to which of these something was done. */
  readonly answered: number
  readonly account: PersonAccount
}

/** What is to be remembered of one person. */
export interface PersonOutcome {
  readonly facts: PersonFacts
  readonly state: PasswordState
  /** Given when it was sent just now; otherwise what was sent before stays. */
  readonly sent?: SentPassword
  readonly attempts: number
  readonly problem?: { readonly code: string; readonly message: string }
  /** When it is to be read and sent again. */
  readonly dueInMs?: number
  /** `asked` of the person as it was known when this was decided: who has asked since is due at once. */
  readonly asked: number
  /** Up to which of these something was done. */
  readonly answered: number
}
