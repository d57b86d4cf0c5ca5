import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { rc4 } from '../crypto/rc4.ts'
import type { SecurityInitiator, SecurityToken } from '../rpc/security.ts'
import type { Account } from './account.ts'
import { flag, requestedFlags, requiredFlags } from './flags.ts'
import {
  authenticateMessage,
  type Challenge,
  negotiateMessage,
  readChallenge,
  writeIntegrityCode
} from './messages.ts'
import { hmac, lmV2Response, ntHash, ntlmV2Response, responseKey } from './response.ts'
import { NtlmContext } from './session-security.ts'
import { answerTargetInfo, av, writeTargetInfo } from './target-info.ts'

const AUTH_TYPE_NTLMSSP = 10

export interface NtlmOptions {
  readonly account: Account
  /** UTF-8. It is not kept: the caller may overwrite it at once. */
  readonly password: Buffer
  /** The service that is meant: `ldap/dc1.corp.example.test`. The server may refuse what was meant for another. */
  readonly servicePrincipalName: string
  /** For error messages. */
  readonly server: string
  /** What the domain controller's event log says of where the sign-in came from. The name of this host unless told otherwise. */
  readonly workstation?: string
  readonly random?: (bytes: number) => Buffer
  readonly now?: () => Date
}

/**
 * Signs in with NTLMv2 (MS-NLMP section 3.1.5), with signing, sealing, 128-bit keys and key exchange, or not at all.
 * Disposing overwrites its keys, and those of the context that it gave.
 *
 * `next` throws UnavailableError for an answer that cannot be read, SetupError `ad-ntlm` when the server offers less.
 */
export class NtlmInitiator implements SecurityInitiator, Disposable {
  readonly authType = AUTH_TYPE_NTLMSSP
  readonly #options: NtlmOptions
  readonly #key: Buffer
  readonly #negotiate = negotiateMessage()
  #context: NtlmContext | undefined

  constructor(options: NtlmOptions) {
    this.#options = options
    const hash = ntHash(options.password)
    this.#key = responseKey(hash, options.account.user, options.account.domain)
    hash.fill(0)
  }

  async next(received: Buffer | undefined): Promise<SecurityToken> {
    if (received === undefined) return { token: this.#negotiate, done: false }
    if (this.#context !== undefined) throw new Error('The NTLM exchange is done: begin a new one')
    const challenge = this.#read(received)
    const { message, sessionKey } = this.#authenticate(challenge)
    if (challenge.timestamp !== undefined) {
      writeIntegrityCode(message, hmac(sessionKey, this.#negotiate, received, message))
    }
    this.#context = new NtlmContext(sessionKey)
    this.#key.fill(0)
    return { token: message, done: true }
  }

  context(): NtlmContext {
    if (this.#context === undefined)
      throw new Error('The NTLM exchange is not done: call next until it says so')
    return this.#context
  }

  [Symbol.dispose](): void {
    this.#key.fill(0)
    this.#context?.[Symbol.dispose]()
  }

  #read(received: Buffer): Challenge {
    const { server } = this.#options
    const challenge = tryRead(received, server)
    const { flags, targetInfo } = challenge
    const named = targetInfo.has(av.computerName) && targetInfo.has(av.domainName)
    if ((flags & requiredFlags) !== requiredFlags || !named) {
      throw new SetupError(
        'ad-ntlm',
        `${server} does not offer NTLMv2 with signing, sealing and 128-bit keys. Set "Network security: Minimum session ` +
          'security for NTLM SSP based servers" so that it does.'
      )
    }
    return challenge
  }

  #authenticate(challenge: Challenge): { message: Buffer; sessionKey: Buffer } {
    const { account, servicePrincipalName, workstation = shortHostName() } = this.#options
    const { random = randomBytes, now = () => new Date() } = this.#options
    const { serverChallenge, targetInfo, timestamp } = challenge
    const clientChallenge = random(8)
    const { ntResponse, sessionBaseKey } = ntlmV2Response({
      key: this.#key,
      serverChallenge,
      clientChallenge,
      timestamp: timestamp ?? fileTime(now()),
      targetInfo: writeTargetInfo(timestamp ? answerTargetInfo(targetInfo, servicePrincipalName) : targetInfo)
    })
    const sessionKey = random(16)
    const fields = {
      // A challenge need not repeat that this side asked for the target.
      flags: (requestedFlags & (challenge.flags | flag.requestTarget)) >>> 0,
      ...account,
      workstation,
      // A server that sends a timestamp checks the NT response alone.
      lmResponse: timestamp ? Buffer.alloc(24) : lmV2Response(this.#key, serverChallenge, clientChallenge),
      ntResponse,
      sessionKey: rc4(sessionBaseKey, sessionKey)
    }
    sessionBaseKey.fill(0)
    return { message: authenticateMessage(fields, timestamp !== undefined), sessionKey }
  }
}

function tryRead(received: Buffer, server: string): Challenge {
  try {
    return readChallenge(received)
  } catch (cause) {
    throw new UnavailableError(
      'active-directory',
      `${server} sent an NTLM challenge that cannot be read. Check that it is a domain controller.`,
      { cause }
    )
  }
}

function shortHostName(): string {
  return (hostname().split('.')[0] ?? '').slice(0, 15).toUpperCase()
}

/** 100 ns since 1601 (MS-DTYP section 2.3.3). */
function fileTime(date: Date): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(date.getTime() + 11_644_473_600_000) * 10_000n)
  return bytes
}
