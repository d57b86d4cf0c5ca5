import { randomInt } from 'node:crypto'
import { UnavailableError } from '@opendirsync/contracts'
import type { Account } from '../ntlm/account.ts'
import type { SecurityInitiator, SecurityToken } from '../rpc/security.ts'
import { apRequest, type Ticket } from './ap-request.ts'
import { application, type DerValue, element, fields, integer, readDer, time } from './der.ts'
import { decodeKey, decryptData, encryptedData, keyUsage } from './encrypted-data.ts'
import { type EncryptionKey, IntegrityError, randomKey } from './encryption-key.ts'
import { getTicket } from './get-ticket.ts'
import type { KdcAddress } from './kdc-connection.ts'
import { type Conversation, KRB_ERROR, kerberosError } from './kerberos-errors.ts'
import { KerberosContext } from './session-security.ts'

const AUTH_TYPE_KERBEROS = 16

/** APOptions: the server must prove itself too. */
const MUTUAL_REQUIRED = 0x2000_0000

/** The checksum that carries what the session shall be (RFC 4121 section 4.1.1). */
const GSS_CHECKSUM = 0x8003

/** Mutual authentication, replay detection, sequence, confidentiality, integrity, and three legs as in DCE. */
const GSS_FLAGS = 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x1000

const AP_REPLY = application(15)
const AP_REPLY_PART = application(27)

export interface KerberosOptions {
  readonly account: Account
  /** UTF-8. The caller may overwrite it at once: a copy is kept until there is a ticket. */
  readonly password: Buffer
  /** `ldap/dc1.corp.example.test`, with the full DNS name of the domain controller. The first that it knows is used. */
  readonly servicePrincipalNames: readonly string[]
  /** The DNS name of its domain. */
  readonly domain: string
  readonly kdc: KdcAddress
  /** For error messages. */
  readonly server: string
  readonly now?: () => Date
}

/** What this side has sent, and what its answer is checked by. */
interface Sent {
  readonly ticket: Ticket
  readonly subkey: EncryptionKey
  readonly at: Date
  readonly microseconds: number
  readonly sequence: number
}

/**
 * Signs in with Kerberos (MS-KILE section 3.4.5.1): gets a ticket by password, shows it to the server, has the server prove
 * itself, and confirms. Disposing overwrites its keys, and those of the context that it gave.
 *
 * `next` throws SetupError `ad-credentials`, `ad-clock` or `ad-kerberos`, or UnavailableError.
 */
export class KerberosInitiator implements SecurityInitiator, Disposable {
  readonly authType = AUTH_TYPE_KERBEROS
  readonly #options: KerberosOptions
  readonly #password: Buffer
  #sent: Sent | undefined
  #context: KerberosContext | undefined

  constructor(options: KerberosOptions) {
    this.#options = options
    this.#password = Buffer.from(options.password)
  }

  async next(received: Buffer | undefined): Promise<SecurityToken> {
    if (this.#context !== undefined) throw new Error('The Kerberos exchange is done: begin a new one')
    if (received === undefined || this.#sent === undefined)
      return { token: await this.#request(), done: false }
    try {
      return { token: this.#confirm(readDer(received), this.#sent), done: true }
    } catch (cause) {
      if (!(cause instanceof RangeError || cause instanceof IntegrityError)) throw cause
      throw new UnavailableError(
        'active-directory',
        `${this.#options.server} did not prove that it is the server of this domain (${cause.message}). Check that its ` +
          'name and address belong together.',
        { cause }
      )
    }
  }

  context(): KerberosContext {
    if (this.#context === undefined)
      throw new Error('The Kerberos exchange is not done: call next until it says so')
    return this.#context
  }

  [Symbol.dispose](): void {
    this.#password.fill(0)
    this.#sent?.ticket.sessionKey[Symbol.dispose]()
    this.#sent?.subkey[Symbol.dispose]()
    this.#context?.[Symbol.dispose]()
  }

  async #request(): Promise<Buffer> {
    const { kdc, now = () => new Date() } = this.#options
    const password = this.#password
    const { user } = this.#options.account
    const ticket = await getTicket({ ...this.#conversation(), kdc, user, password, now })
    password.fill(0)
    this.#sent = {
      ticket,
      subkey: randomKey(ticket.sessionKey.type),
      at: now(),
      microseconds: randomInt(1_000_000),
      // Some take it for a signed number.
      sequence: randomInt(2 ** 30)
    }
    return apRequest(ticket, {
      ...this.#sent,
      usage: keyUsage.apAuthenticator,
      checksum: { type: GSS_CHECKSUM, bytes: gssChecksum() },
      options: MUTUAL_REQUIRED
    })
  }

  /** Checks AP-REP (RFC 4120 section 3.2.5) and makes the third leg, which repeats what the server's counter begins with. */
  #confirm(message: DerValue, sent: Sent): Buffer {
    if (message.tag === KRB_ERROR) {
      throw kerberosError(message, this.#conversation(), this.#options.now?.() ?? new Date())
    }
    const { sessionKey } = sent.ticket
    const reply = decryptData(sessionKey, keyUsage.apReply, message.inside(AP_REPLY).fields().get(2))
    const part = reply.inside(AP_REPLY_PART).fields()
    const sameTime = part.get(0).time().getTime() === Math.floor(sent.at.getTime() / 1000) * 1000
    if (!sameTime || part.get(1).integer() !== sent.microseconds)
      throw new RangeError('it answers another request')
    const theirs = part.find(2)
    const receiveSequence = part.find(3)?.integer() ?? 0
    this.#context = new KerberosContext({
      key: theirs === undefined ? sent.subkey : decodeKey(theirs),
      acceptorSubkey: theirs !== undefined,
      sendSequence: sent.sequence,
      receiveSequence: receiveSequence >>> 0
    })
    const confirmation = element(
      AP_REPLY_PART,
      fields([0, time(sent.at)], [1, integer(sent.microseconds)], [3, integer(receiveSequence)])
    )
    const encrypted = encryptedData(sessionKey, keyUsage.apReply, confirmation)
    reply.content.fill(0)
    sessionKey[Symbol.dispose]()
    if (theirs !== undefined) sent.subkey[Symbol.dispose]()
    return element(AP_REPLY, fields([0, integer(5)], [1, integer(15)], [2, encrypted]))
  }

  #conversation(): Conversation {
    const { server, servicePrincipalNames, domain } = this.#options
    const { user, domain: prefix } = this.#options.account
    const account = prefix === '' ? user : `${prefix}\\${user}`
    return { server, account, servicePrincipalNames, realm: domain.toUpperCase() }
  }
}

/** Length, no channel to bind to, flags. */
function gssChecksum(): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(16)
  bytes.writeUInt32LE(GSS_FLAGS, 20)
  return bytes
}
