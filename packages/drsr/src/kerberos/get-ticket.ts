import { randomInt } from 'node:crypto'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { accountKey } from './account-key.ts'
import { apRequest, type Ticket } from './ap-request.ts'
import { type DerValue, fields, integer, readDer, time } from './der.ts'
import { encryptedData, keyUsage } from './encrypted-data.ts'
import { type EncryptionKey, IntegrityError } from './encryption-key.ts'
import { askKdc, type KdcAddress } from './kdc-connection.ts'
import { type Conversation, errorCode, expectedError, KRB_ERROR, kerberosError } from './kerberos-errors.ts'
import { accountPrincipal, servicePrincipal, ticketGrantingPrincipal } from './principal.ts'
import { exchange, type Proof, readTicket, requestBody, ticketRequest } from './ticket-request.ts'

/** Types of PA-DATA (RFC 4120 section 7.5.2). */
const proofType = { ticket: 1, encryptedTime: 2 } as const

export interface TicketOptions extends Conversation {
  readonly kdc: KdcAddress
  /** The logon name alone, or a user principal name. */
  readonly user: string
  /** UTF-8. It is not kept. */
  readonly password: Buffer
  readonly now: () => Date
}

/**
 * A ticket for one of `servicePrincipalNames`, by password.
 * @throws SetupError `ad-credentials`, `ad-clock`, `ad-kerberos`, when a person must change something
 * @throws UnavailableError when the domain controller does not answer, or not as it should
 */
export async function getTicket(options: TicketOptions): Promise<Ticket> {
  try {
    const granting = await authenticate(options)
    try {
      return await getServiceTicket(options, granting)
    } finally {
      granting.sessionKey[Symbol.dispose]()
    }
  } catch (error) {
    throw error instanceof RangeError || error instanceof IntegrityError ? unreadable(options, error) : error
  }
}

/** AS exchange (RFC 4120 section 3.1): first without proof, to learn the salt of the account. */
async function authenticate(options: TicketOptions): Promise<Ticket> {
  const { realm, user, password, account } = options
  const { body, nonce } = requestBody({
    realm,
    client: accountPrincipal(user),
    service: ticketGrantingPrincipal(realm)
  })
  const read = (message: DerValue, key: EncryptionKey) =>
    readTicket(exchange.authentication, message, {
      key,
      usage: keyUsage.asReply,
      nonce,
      service: `krbtgt/${realm}`
    })

  const first = readDer(await askKdc(options.kdc, ticketRequest(exchange.authentication, body)))
  const methods = requiredMethods(first)
  if (methods === undefined) {
    failOnError(first, options)
    // The account needs no proof; who does not know the password cannot read the answer.
    const salts = first.inside(first.tag).fields().get(2)
    using key = await accountKey(salts, password, account)
    return readWithPassword(() => read(first, key), options)
  }
  using key = await accountKey(methods, password, account)
  const request = ticketRequest(exchange.authentication, body, encryptedTime(key, options.now()))
  const second = readDer(await askKdc(options.kdc, request))
  failOnError(second, options)
  return read(second, key)
}

function readWithPassword(read: () => Ticket, { server, account }: Conversation): Ticket {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof IntegrityError)) throw cause
    const message = `${server} refuses ${account} by Kerberos: the password is wrong. Correct it.`
    throw new SetupError('ad-credentials', message, { cause })
  }
}

/** TGS exchange (RFC 4120 section 3.3), for the first of the services that the domain controller knows. */
async function getServiceTicket(options: TicketOptions, granting: Ticket): Promise<Ticket> {
  const [service = '', ...others] = options.servicePrincipalNames
  const { sessionKey } = granting
  const { body, nonce } = requestBody({ realm: options.realm, service: servicePrincipal(service) })
  const proof = {
    type: proofType.ticket,
    value: apRequest(granting, {
      usage: keyUsage.tgsAuthenticator,
      at: options.now(),
      microseconds: randomInt(1_000_000),
      checksum: sessionKey.checksum(keyUsage.tgsChecksum, body)
    })
  }
  const reply = readDer(await askKdc(options.kdc, ticketRequest(exchange.ticketGranting, body, proof)))
  if (errorCode(reply) === expectedError.serviceUnknown && others.length > 0) {
    return await getServiceTicket({ ...options, servicePrincipalNames: others }, granting)
  }
  failOnError(reply, options)
  return readTicket(exchange.ticketGranting, reply, {
    key: sessionKey,
    usage: keyUsage.tgsReply,
    nonce,
    service
  })
}

/** PA-ENC-TIMESTAMP (RFC 4120 section 5.2.7.2). */
function encryptedTime(key: EncryptionKey, now: Date): Proof {
  const plain = fields([0, time(now)], [1, integer(now.getMilliseconds() * 1000)])
  return { type: proofType.encryptedTime, value: encryptedData(key, keyUsage.preAuthenticationTime, plain) }
}

/** The METHOD-DATA of an error that asks for a proof (RFC 4120 section 5.9.1). */
function requiredMethods(message: DerValue): DerValue | undefined {
  if (errorCode(message) !== expectedError.preauthenticationRequired) return undefined
  return readDer(message.inside(KRB_ERROR).fields().get(12).octets())
}

function failOnError(message: DerValue, options: TicketOptions): void {
  if (message.tag === KRB_ERROR) throw kerberosError(message, options, options.now())
}

function unreadable({ server }: Conversation, cause: Error): UnavailableError {
  return new UnavailableError(
    'active-directory',
    `${server} sent a Kerberos answer that cannot be used (${cause.message}). Check that it is a domain controller.`,
    { cause }
  )
}
