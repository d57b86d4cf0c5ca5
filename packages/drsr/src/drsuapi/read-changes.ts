import type { Values } from '../ndr/index.ts'
import type { changesReply, WireObject } from './changes-reply.ts'
import { MalformedReplyError } from './malformed-reply-error.ts'
import { type PrefixEntry, PrefixTable } from './prefix-table.ts'
import { readObject } from './read-object.ts'
import { forgetHashes, type ReplicatedObject } from './replicated-object.ts'
import type { UsnVector } from './replication-types.ts'

const SCHEMA_INFO_BYTES = 21

/** Up to which change of one controller another is up to date. */
export interface UpToDateCursor {
  readonly invocationId: string
  readonly usn: bigint
}

/** One reply, read and decrypted. */
export interface Changes {
  readonly objects: readonly ReplicatedObject[]
  /** Of the controller's database: another one after it was restored. */
  readonly invocationId: string
  readonly to: UsnVector
  /** Empty but in the last reply of a series. */
  readonly upToDate: readonly UpToDateCursor[]
  readonly moreData: boolean
  /** How many changes of links came with it. They are not read. */
  readonly linkCount: number
  /** EXOP_ERR (MS-DRSR section 4.1.10.2.21); 1 is success, 0 when no extended operation was asked for. */
  readonly extendedResult: number
}

/** Either what was asked for or the controller's return code. */
export type ChangesReply =
  | { readonly changes: Changes; readonly returnCode: 0 }
  | { readonly changes?: never; readonly returnCode: number }

type Reply = Values<typeof changesReply>
type Message = Reply['message']['value']

/**
 * @param sessionKey of the connection that the reply came over
 * @throws MalformedReplyError when the reply contradicts itself
 * @throws SecretError when a password cannot be decrypted
 */
export function readChanges(reply: Reply, sessionKey: Uint8Array): ChangesReply {
  const { returnCode, version } = reply
  if (returnCode !== 0) return { returnCode }
  if (version !== reply.message.tag) {
    throw new MalformedReplyError(`version ${version} holds version ${reply.message.tag}`)
  }
  const message = reply.message.value
  const error = 'error' in message ? message.error : 0
  if (error !== 0) return { returnCode: error }
  const wireObjects = listOf(message)
  const changes = {
    objects: readObjects(wireObjects, { prefixes: prefixesOf(message), sessionKey }),
    invocationId: message.invocationId,
    to: message.to,
    upToDate: upToDateOf(message),
    moreData: message.moreData !== 0,
    linkCount: 'linkCount' in message ? message.linkCount : 0,
    extendedResult: message.extendedResult
  }
  return { changes, returnCode: 0 }
}

function listOf({ objects, objectCount }: Message): WireObject[] {
  const list: WireObject[] = []
  for (let object = objects; object !== null; object = object.next) list.push(object)
  if (list.length === objectCount) return list
  throw new MalformedReplyError(`the reply announces ${objectCount} objects and has ${list.length}`)
}

function readObjects(
  wire: readonly WireObject[],
  context: { readonly prefixes: PrefixTable; readonly sessionKey: Uint8Array }
): ReplicatedObject[] {
  const objects: ReplicatedObject[] = []
  try {
    for (const object of wire) objects.push(readObject(object, context))
    return objects
  } catch (error) {
    forgetHashes(objects)
    throw error
  }
}

function prefixesOf({ prefixTable: { count, entries } }: Message): PrefixTable {
  if (count !== (entries?.length ?? 0)) {
    throw new MalformedReplyError(
      `the prefix table announces ${count} entries and has ${entries?.length ?? 0}`
    )
  }
  const prefixes = (entries ?? []).map(({ index, prefix }) => ({
    index,
    prefix: prefix.elements ?? Buffer.alloc(0)
  }))
  if (isSchemaInfo(prefixes.at(-1))) prefixes.pop()
  try {
    return new PrefixTable(prefixes)
  } catch (error) {
    throw new MalformedReplyError('the prefix table contradicts itself', { cause: error })
  }
}

/** A schema's version, which travels as the last entry of the table and names no prefix (MS-DRSR section 5.16.4). */
function isSchemaInfo(entry: PrefixEntry | undefined): boolean {
  return entry?.index === 0 && entry.prefix.length === SCHEMA_INFO_BYTES && entry.prefix[0] === 0xff
}

function upToDateOf({ upToDate }: Message): UpToDateCursor[] {
  if (upToDate === null) return []
  if (upToDate.count !== upToDate.cursors.length) {
    throw new MalformedReplyError(
      `the up-to-dateness vector announces ${upToDate.count} entries and has ${upToDate.cursors.length}`
    )
  }
  return upToDate.cursors.map(({ invocationId, usn }) => ({ invocationId, usn }))
}
