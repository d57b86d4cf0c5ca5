export { connectDirectory } from './connection/connect-directory.ts'
export type {
  DirectoryConnection,
  NewAttributes,
  SearchOptions
} from './connection/directory-connection.ts'
export type { DirectoryServer } from './connection/directory-server.ts'
export { childDn, escapeDnValue, parentDn, type Rdn, rdnOf, unescapeDnValue } from './decode/dn.ts'
export { type ExtendedDn, parseExtendedDn } from './decode/extended-dn.ts'
export { groupTypeFlag, hasFlag, userAccountControlFlag } from './decode/flags.ts'
export { guidDn, guidFromBytes, guidToBytes, isGuid } from './decode/guid.ts'
export { sidFromBytes, sidToBytes } from './decode/sid.ts'
export { dateToFileTime, fileTimeToDate, generalizedTimeToDate } from './decode/time.ts'
export { type DirSyncRequest, type DirSyncStep, dirSync, importedClasses } from './dir-sync/dir-sync.ts'
export { encodePassword } from './encode-password.ts'
export { RefusedError, resultCode } from './errors.ts'
export { type Control, controlOid, extendedDn, showDeleted } from './protocol/controls.ts'
export { escapeFilterValue } from './protocol/filter.ts'
export type { EntryAttribute, SearchEntry } from './protocol/messages.ts'
export type { AttributeModification, SearchRequest, WriteValue } from './protocol/requests.ts'
export { type ObjectReading, readObject } from './read-object.ts'
export { type RootDse, readRootDse } from './read-root-dse.ts'
export { restoreDeleted } from './restore-deleted.ts'
export { type Watch, watch } from './watch.ts'
