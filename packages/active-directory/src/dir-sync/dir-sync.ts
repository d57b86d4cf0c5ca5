import { type Cookie, type DirectoryChange, UnavailableError } from '@opendirsync/contracts'
import type { DirectoryConnection } from '../connection/directory-connection.ts'
import type { EntryStream } from '../connection/entry-stream.ts'
import { connectionError, dirSyncError } from '../errors.ts'
import {
  dirSyncControl,
  dirSyncFlag,
  extendedDn,
  readDirSyncControl,
  showDeleted
} from '../protocol/controls.ts'
import type { LdapResult } from '../protocol/messages.ts'
import { ChangeDecoder, identityAttributes } from './change-decoder.ts'

/**
 * Never filter on an attribute that may change: an object that stops to match would never be reported again
 * (and a tombstone keeps its objectClass only).
 */
export const importedClasses =
  '(|(objectClass=user)(objectClass=group)(objectClass=contact)(objectClass=organizationalUnit)' +
  '(objectClass=container)(objectClass=builtinDomain)(objectClass=domainDNS))'

export interface DirSyncRequest {
  /** The DN of the root of a naming context. */
  readonly namingContext: string
  /** Where to go on; without it everything is read. */
  readonly cookie?: Cookie
  /** True when the cookie is one from the middle of reading everything: what comes is still complete. */
  readonly everything?: boolean
  /** What to report. It is also what counts as a change; so name only what is used. */
  readonly attributes: readonly string[]
  /** Default: `importedClasses`. */
  readonly filter?: string
  /** Report what the account may read, instead of asking for the right "Replicating Directory Changes". */
  readonly objectSecurity?: boolean
  /** The most changes in one step; default 500. */
  readonly chunkSize?: number
  /** What a server that cuts its answer into pages should put into one; default 2 MiB. */
  readonly maxPageBytes?: number
}

/**
 * The changes of a page in chunks, and after the last of them the cookie that makes them final: stage each
 * chunk, and commit the cookie together with them. A page without changes is just a cookie.
 */
export type DirSyncStep =
  | { readonly kind: 'changes'; readonly changes: readonly DirectoryChange[] }
  | { readonly kind: 'cookie'; readonly cookie: Cookie; readonly more: boolean }

const CHUNK_SIZE = 500
const MAX_PAGE_BYTES = 2 * 1024 * 1024
/** A chunk also ends here, so that chunks of large groups stay small. */
const LINKS_PER_CHUNK = 20_000

/**
 * Everything, or what has changed since the cookie, to the end (MS-ADTS section 3.1.1.3.4.1.3).
 * The server is slowed down while the caller works on a chunk. Leaving the loop early ends the search.
 *
 * @throws CookieRefusedError when the server does not go on from the cookie
 * @throws SetupError `ad-permissions` when the account may not use DirSync
 * @throws UnavailableError when the connection is lost
 */
export async function* dirSync(
  connection: DirectoryConnection,
  request: DirSyncRequest
): AsyncGenerator<DirSyncStep, void> {
  const decoder = new ChangeDecoder(request.attributes)
  const initial = request.everything ?? (request.cookie?.length ?? 0) === 0
  let cookie = request.cookie ?? new Uint8Array()
  let more = true
  while (more) {
    const stream = openPage(connection, request, cookie)
    try {
      yield* chunks(stream, entry => decoder.decode(entry, initial), request.chunkSize ?? CHUNK_SIZE)
    } finally {
      stream.stop()
    }
    const end = endOfPage(connection, request, { stream, hasCookie: cookie.length > 0 })
    cookie = end.cookie
    more = end.more
    yield { kind: 'cookie', cookie, more }
  }
}

function openPage(connection: DirectoryConnection, request: DirSyncRequest, cookie: Cookie): EntryStream {
  const flags =
    dirSyncFlag.incrementalValues + (request.objectSecurity === true ? dirSyncFlag.objectSecurity : 0)
  const control = dirSyncControl(flags, request.maxPageBytes ?? MAX_PAGE_BYTES, cookie)
  return connection.openSearch({
    base: request.namingContext,
    scope: 'subtree',
    filter: request.filter ?? importedClasses,
    attributes: withoutRepeats([...identityAttributes, ...request.attributes]),
    controls: [control, extendedDn, showDeleted]
  })
}

async function* chunks(
  stream: EntryStream,
  decode: (entry: Parameters<ChangeDecoder['decode']>[0]) => DirectoryChange,
  chunkSize: number
): AsyncGenerator<DirSyncStep, void> {
  let changes: DirectoryChange[] = []
  let links = 0
  for (let entry = await stream.next(); entry !== undefined; entry = stream.take() ?? (await stream.next())) {
    const change = decode(entry)
    changes.push(change)
    for (const { added, removed } of change.links) links += added.length + removed.length
    if (changes.length >= chunkSize || links >= LINKS_PER_CHUNK) {
      yield { kind: 'changes', changes }
      changes = []
      links = 0
    }
  }
  if (changes.length > 0) yield { kind: 'changes', changes }
}

function endOfPage(
  { server }: DirectoryConnection,
  { namingContext }: DirSyncRequest,
  { stream, hasCookie }: { stream: EntryStream; hasCookie: boolean }
): { cookie: Cookie; more: boolean } {
  const { result } = stream
  if (result === undefined) throw new Error('the page has not ended')
  if (result.code !== 0) throw dirSyncError(server, namingContext, hasCookie, result)
  const end = readEnd(server, result)
  if (end !== undefined) return end
  throw new UnavailableError(
    'active-directory',
    `${server} ended DirSync without a cookie. It will be retried.`
  )
}

function readEnd(server: string, { controls }: LdapResult): ReturnType<typeof readDirSyncControl> {
  try {
    return readDirSyncControl(controls)
  } catch (error) {
    throw connectionError(server, error)
  }
}

function withoutRepeats(names: readonly string[]): string[] {
  return [...new Map(names.map(name => [name.toLowerCase(), name])).values()]
}
