import { PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Fields, Values } from '../ndr/index.ts'
import type { CallOptions, Operation } from '../rpc/index.ts'
import { capability, clientDsaGuid, drsBind, drsUnbind, ourExtensions, readExtensions } from './bind.ts'
import { drsGetChanges } from './changes-reply.ts'
import { type ChangesQuestion, changesRequestOf } from './changes-request.ts'
import { drsCrackNames } from './crack-names.ts'
import { SecretError } from './decrypt-attribute.ts'
import { MalformedReplyError } from './malformed-reply-error.ts'
import { type ChangesReply, readChanges } from './read-changes.ts'
import { refusalOf } from './return-codes.ts'

/** A connection to the replication interface, encrypted. */
export interface DrsChannel {
  /** The key that attributes are encrypted under (MS-DRSR section 4.1.10.6.11). */
  readonly sessionKey: Uint8Array
  call<Req extends Fields, Res extends Fields>(
    operation: Operation<Req, Res>,
    values: Values<Req>,
    options?: CallOptions
  ): Promise<Values<Res>>
}

/** What one changes call asks for, apart from what the session knows. */
type ChangesDemand = Omit<ChangesQuestion, 'handle' | 'serverFlags' | 'destination'>

interface CrackedName {
  /** 0 when it was found (MS-DRSR section 4.1.4.1.8). */
  readonly status: number
  readonly name: string | null
}

interface NameFormats {
  readonly offered: number
  readonly desired: number
}

/** The calls of the replication interface, after IDL_DRSBind. */
export interface DrsSession {
  /** `host:port` */
  readonly server: string
  getChanges(demand: ChangesDemand, signal?: AbortSignal): Promise<ChangesReply>
  crackNames(formats: NameFormats, names: readonly string[], signal?: AbortSignal): Promise<CrackedName[]>
  /** IDL_DRSUnbind. */
  unbind(timeoutMs: number): Promise<void>
}

/**
 * IDL_DRSBind, a second time with the controller's epoch where the domain was renamed (MS-DRSR section 4.1.3).
 * @param server `host:port`, for messages
 * @throws SetupError, PermanentError, UnavailableError when the controller refuses or cannot what we need
 */
export async function openDrsSession(
  channel: DrsChannel,
  server: string,
  signal?: AbortSignal
): Promise<DrsSession> {
  const first = await bind(channel, { server, epoch: 0 }, signal)
  const { handle, flags, siteGuid } =
    first.epoch === 0 ? first : await bind(channel, { server, epoch: first.epoch }, signal)
  checkCapabilities(server, flags)
  return {
    server,
    async getChanges(demand, callSignal) {
      // Windows wants an object that exists here when a single one is asked for.
      const destination = demand.single ? siteGuid : clientDsaGuid
      const request = changesRequestOf({ ...demand, handle, serverFlags: flags, destination })
      const reply = await channel.call(drsGetChanges, request, { signal: callSignal })
      return understood(server, () => readChanges(reply, channel.sessionKey))
    },
    async crackNames(formats, names, callSignal) {
      const { message, returnCode } = await channel.call(
        drsCrackNames,
        { handle, version: 1, message: { tag: 1, value: question(formats, names) } },
        { signal: callSignal }
      )
      if (returnCode !== 0) throw refusalOf(returnCode, { server, subject: names.join(', ') })
      return (message.value.result?.items ?? []).map(({ status, name }) => ({ status, name }))
    },
    async unbind(timeoutMs) {
      await channel.call(drsUnbind, { handle }, { timeoutMs })
    }
  }
}

async function bind(
  channel: DrsChannel,
  { server, epoch }: { readonly server: string; readonly epoch: number },
  signal: AbortSignal | undefined
) {
  const request = { clientDsa: clientDsaGuid, extensions: ourExtensions(epoch) }
  const { extensions, handle, returnCode } = await channel.call(drsBind, request, { signal })
  if (returnCode !== 0) throw refusalOf(returnCode, { server, subject: 'anything' })
  return understood(server, () => {
    const read = readExtensions(extensions)
    if (read === undefined) throw new MalformedReplyError('it does not say what it can do')
    return { ...read, handle: Buffer.from(handle) }
  })
}

/** Runs a reader. Replies that make no sense are the controller's fault, and another may come. */
export function understood<T>(server: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MalformedReplyError || error instanceof SecretError)) throw error
    throw new UnavailableError(
      'active-directory',
      `${server} sent a reply that cannot be right: ${error.message}. It will be retried; if it stays, choose ` +
        'another domain controller.',
      { cause: error }
    )
  }
}

function checkCapabilities(server: string, flags: number): void {
  if ((flags & capability.strongEncryption) === 0) {
    throw new SetupError(
      'ad-replication',
      `${server} cannot encrypt passwords strongly and withholds them: choose another domain controller.`
    )
  }
  const needed = capability.changesRequestV8 | capability.changesReplyV6
  if ((flags & needed) !== needed) {
    throw new PermanentError(`${server} is older than Windows Server 2003: choose another domain controller.`)
  }
}

function question({ offered, desired }: NameFormats, names: readonly string[]) {
  return {
    codePage: 0,
    localeId: 0,
    flags: 0,
    formatOffered: offered,
    formatDesired: desired,
    count: names.length,
    names
  }
}
