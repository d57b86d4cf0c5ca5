import { PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'
import { NdrError } from '../ndr/index.ts'

/** Status codes of faults (C706 appendix E; MS-ERREF for those of Windows). */
const status = {
  accessDenied: 0x00000005,
  serverTooBusy: 0x000006bb,
  badStubData: 0x000006f7,
  outOfResources: 0x000006b9,
  callFailed: 0x000006be,
  securityPackage: 0x00000721,
  unspecified: 0x1c000012,
  contextMismatch: 0x1c00001a,
  remoteNoMemory: 0x1c00001b,
  operationRange: 0x1c010002,
  unknownInterface: 0x1c010003,
  protocol: 0x1c01000b,
  ncaServerTooBusy: 0x1c010014
} as const

const passing: ReadonlyMap<number, string> = new Map([
  [status.serverTooBusy, 'it is too busy'],
  [status.ncaServerTooBusy, 'it is too busy'],
  [status.outOfResources, 'it is out of resources'],
  [status.remoteNoMemory, 'it is out of memory'],
  [status.callFailed, 'the call failed there'],
  [status.contextMismatch, 'it has forgotten this client, and a new connection is needed'],
  [status.unspecified, 'it failed without saying why']
])

const lasting: ReadonlyMap<number, string> = new Map([
  [status.badStubData, 'it cannot read the request'],
  [status.operationRange, 'it does not know this operation'],
  [status.unknownInterface, 'it does not know this interface'],
  [status.protocol, 'it sees a breach of the protocol']
])

export interface FaultedCall {
  /** `host:port` */
  readonly server: string
  /** `IDL_DRSBind` */
  readonly name: string
  /** Whether no call has been answered since sign-in: AUTH3 has no answer, so that a refusal shows only here. */
  readonly signInUnproven: boolean
}

/** What the first call after a refused AUTH3 gets: from Windows one of the first two, from Samba 4.17 the last. */
const refusedSignIn: ReadonlySet<number> = new Set([
  status.accessDenied,
  status.securityPackage,
  status.protocol
])

/** What a fault in place of an answer means. */
export function faultError({ server, name, signInUnproven }: FaultedCall, code: number): Error {
  const answer = `${server} answered ${name} with fault 0x${code.toString(16).padStart(8, '0')}`
  if (code === status.securityPackage || (signInUnproven && refusedSignIn.has(code))) {
    return new SetupError(
      'ad-credentials',
      `${answer}: it refuses the logon. Check the name and the password of the account, that it is enabled and not ` +
        'locked, and that NTLM is allowed for it.'
    )
  }
  if (code === status.accessDenied) {
    return new SetupError('ad-permissions', `${answer}: grant the account the right to do that.`)
  }
  const lastingReason = lasting.get(code)
  if (lastingReason !== undefined) {
    return new PermanentError(
      `${answer}: ${lastingReason}. Check that this is a domain controller that replicates.`
    )
  }
  const reason = passing.get(code) ?? 'a code that is not known here'
  return new UnavailableError('active-directory', `${answer}: ${reason}. It will be retried.`)
}

/** Why a server refuses a connection (C706 section 12.6.3.1; MS-RPCE section 2.2.2.5 adds 8 and 9). */
const authenticationTypeNotRecognized = 8
const invalidChecksum = 9

/** What a bind_nak means. */
export function refusedBind(server: string, reason: number): Error {
  if (reason === authenticationTypeNotRecognized) {
    return new SetupError(
      'ad-authentication',
      `${server} refuses this way to sign in (bind_nak ${reason}): allow NTLM for the account there.`
    )
  }
  if (reason === invalidChecksum) {
    return new SetupError(
      'ad-credentials',
      `${server} refuses the logon (bind_nak ${reason}): check the name and the password of the account.`
    )
  }
  return new UnavailableError(
    'active-directory',
    `${server} refuses the connection (bind_nak ${reason}). It will be retried.`
  )
}

/** What the other end sent is not the protocol. Errors that callers already know pass unchanged. */
export function protocolError(server: string, error: unknown): Error {
  const known =
    error instanceof UnavailableError || error instanceof SetupError || error instanceof PermanentError
  if (known) return error
  const text = error instanceof Error ? error.message : String(error)
  const what =
    error instanceof NdrError ? 'something that is not DCE/RPC as agreed' : 'a packet that cannot be trusted'
  return new UnavailableError(
    'active-directory',
    `${server} sent ${what}: ${text}. Check that nothing stands between; it will be retried.`,
    { cause: error }
  )
}
