import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { application, type DerValue } from './der.ts'

export const KRB_ERROR = application(30)

/** Error codes that are part of a normal exchange (RFC 4120 section 7.5.9). */
export const expectedError = { serviceUnknown: 7, preauthenticationRequired: 25 } as const

/** Whom a conversation is with, for messages. */
export interface Conversation {
  readonly server: string
  /** As the operator stated it. */
  readonly account: string
  /** Any of which will do. */
  readonly servicePrincipalNames: readonly string[]
  readonly realm: string
}

const accountTroubles: Readonly<Record<number, string>> = {
  6: 'there is no such account. State it as "user@domain" or "DOMAIN\\user", of the domain of this controller',
  18: 'the account is disabled, locked or expired. Enable or unlock it',
  23: 'the password has expired. Set a new one that does not expire',
  24: 'the password is wrong. Correct it',
  12: 'a policy of the domain forbids it. Check the logon hours and workstations of the account and its authentication policy',
  14: 'the account has no AES keys. Allow AES for it and set its password anew, which makes them',
  68: 'the account belongs to another domain. Use one of the domain of this controller'
}

/** What the caller should do about a KRB-ERROR message (RFC 4120 section 5.9.1). @throws RangeError when it is none */
export function kerberosError(message: DerValue, talk: Conversation, now: Date): Error {
  const content = message.inside(KRB_ERROR).fields()
  const code = content.get(6).integer()
  const trouble = accountTroubles[code]
  if (trouble !== undefined) {
    return new SetupError('ad-credentials', `${talk.server} refuses ${talk.account} by Kerberos: ${trouble}.`)
  }
  if (code === 37) {
    const seconds = Math.round((content.get(4).time().getTime() - now.getTime()) / 1000)
    const direction = seconds >= 0 ? 'ahead of' : 'behind'
    return new SetupError(
      'ad-clock',
      `The clock of ${talk.server} is ${Math.abs(seconds)} s ${direction} the one of this machine, and Kerberos allows ` +
        '5 minutes. Synchronise both by NTP.'
    )
  }
  if (code === expectedError.serviceUnknown) {
    return new SetupError(
      'ad-kerberos',
      `${talk.server} knows no service ${talk.servicePrincipalNames.join(' or ')}. Name the domain controller by its full DNS name.`
    )
  }
  return new UnavailableError(
    'active-directory',
    `${talk.server} answered a Kerberos request of ${talk.account} with error ${code} (RFC 4120 section 7.5.9). ` +
      'Look into its event log if it stays.'
  )
}

/** The code of a KRB-ERROR; undefined for another message. */
export function errorCode(message: DerValue): number | undefined {
  return message.tag === KRB_ERROR ? message.inside(KRB_ERROR).fields().get(6).integer() : undefined
}
