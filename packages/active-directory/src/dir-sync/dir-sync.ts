import { type Cookie, type DirectoryChange, UnavailableError } from '@opendirsync/contracts'
import type { LdapResult, SearchRequest } from '@opendirsync/ldap'
import type { DirectoryConnection } from '../connection/directory-connection.ts'
import type { EntryStream } from '../connection/entry-stream.ts'
import { directoryError, dirSyncError } from '../errors.ts'
import {
  dirSyncControl,
  dirSyncFlag,
  extendedDn,
  readDirSyncControl,
  showDeleted,
  showRecycled
} from '../protocol/controls.ts'
import { ChangeDecoder, identityAttributes } from './change-decoder.ts'

/**
 * Never filter on an attribute that may change: an object that stops to match would never be reported again. A
 * tombstone keeps its objectClass but not its objectCategory (MS-ADTS section 3.1.1.5.5.6.1), so classes it is.
 *
 * A foreign security principal stands for an account of another forest, as a member of groups.
 *
 * An object that moves to another domain of the forest leaves no tombstone of its own behind, but one of class
 * infrastructureUpdate that names it (MS-ADTS section 3.1.1.5.4.2.3). That is not taken for a deletion: the
 * object may have come back since, and an initial read lists such moves of long ago. The full import finds
 * what has gone; the other domain reports the object, with the same objectGUID.
 */
export const importedClasses =
  '(|(objectClass=user)(objectClass=group)(objectClass=contact)(objectClass=foreignSecurityPrincipal)' +
  '(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain)(objectClass=domainDNS))'

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
  /**
   * Report what the account may read, instead of asking for the right "Replicating Directory Changes". It then
   * sees deletions only if `canReadDeletedObjects`.
   */
  readonly objectSecurity?: boolean
  /** The most changes in one step; default 500. */
  readonly chunkSize?: number
  /**
   * What the server should put into one page; default 2 MiB. Windows takes less than 1 MiB for 1 MiB
   * (MS-ADTS section 3.1.1.3.4.1.3). Samba answers in one page whatever is asked for (4.17, seen).
   */
  readonly maxPageBytes?: number
  /** The longest silence while an entry is awaited, in milliseconds; default: that of the connection. */
  readonly timeoutMs?: number
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
/** "There is more", again and again, without a step forward. */
const MAX_PAGES_WITHOUT_PROGRESS = 10

/**
 * Everything, or what has changed since the cookie, to the end (MS-ADTS section 3.1.1.3.4.1.3).
 *
 * What it does not tell, on Windows and on Samba alike (seen on Samba 4.17; the same Microsoft page): children
 * of an OU that was renamed or moved; the groups of an object that was deleted; what a restored object had
 * before. Whoever stages the changes must make up for these: `parentGuid`, the object's own links, `readObject`.
 *
 * The server is slowed down while the caller works on a chunk. Leaving the loop early ends the search.
 *
 * @throws CookieRefusedError when the server does not go on from the cookie
 * @throws SetupError `ad-permissions` when the account may not use DirSync
 * @throws UnavailableError when the connection is lost, or the server does not get further
 */
export async function* dirSync(
  connection: DirectoryConnection,
  request: DirSyncRequest
): AsyncGenerator<DirSyncStep, void> {
  const decoder = new ChangeDecoder(request.attributes)
  const initial = request.everything ?? (request.cookie?.length ?? 0) === 0
  let cookie = request.cookie ?? new Uint8Array()
  // A page may be empty and yet not the last: Windows has looked at as much as it wanted to (dotnet/runtime
  // issue 63273). The cookie shows that it got further.
  for (let more = true, standing = 0; more; ) {
    const stream = openPage(connection, request, cookie)
    try {
      yield* chunks(stream, entry => decoder.decode(entry, initial), request.chunkSize ?? CHUNK_SIZE)
    } catch (error) {
      throw directoryError(connection.server, error)
    } finally {
      stream.stop()
    }
    const end = endOfPage(connection, request, { stream, hasCookie: cookie.length > 0 })
    standing = Buffer.compare(end.cookie, cookie) === 0 ? standing + 1 : 0
    cookie = end.cookie
    more = end.more
    yield { kind: 'cookie', cookie, more }
    if (more && standing >= MAX_PAGES_WITHOUT_PROGRESS) throw noProgress(connection.server)
  }
}

function noProgress(server: string): UnavailableError {
  return new UnavailableError(
    'active-directory',
    `${server} says that DirSync has more, and never gets further. It will be retried.`
  )
}

/**
 * Without ShowDeleted a deletion would be silence. ShowRecycled, since an object may be deleted and recycled
 * between two reads, and ShowDeleted does not show it then (MS-ADTS section 3.1.1.3.4.1.14). Samba adds both by
 * itself (dirsync.c).
 *
 * With incremental values a change of one member is one value, not the whole list; the first read has them as
 * added values too (seen on Samba). `name` must be asked for to get parentGUID (Microsoft, "Polling for Changes
 * Using the DirSync Control").
 */
function openPage(connection: DirectoryConnection, request: DirSyncRequest, cookie: Cookie): EntryStream {
  const flags =
    dirSyncFlag.incrementalValues + (request.objectSecurity === true ? dirSyncFlag.objectSecurity : 0)
  const control = dirSyncControl(flags, request.maxPageBytes ?? MAX_PAGE_BYTES, cookie)
  const search: SearchRequest = {
    base: request.namingContext,
    scope: 'subtree',
    filter: request.filter ?? importedClasses,
    attributes: withoutRepeats([...identityAttributes, ...request.attributes]),
    controls: [control, extendedDn, showDeleted, showRecycled]
  }
  return connection.openSearch(
    search,
    request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }
  )
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
    throw directoryError(server, error)
  }
}

function withoutRepeats(names: readonly string[]): string[] {
  return [...new Map(names.map(name => [name.toLowerCase(), name])).values()]
}
