export {
  type AttributeModification,
  type Control,
  type EntryAttribute,
  escapeFilterValue,
  type NewAttributes,
  type SearchEntry,
  type SearchOptions,
  type SearchRequest,
  type WriteValue
} from '@opendirsync/ldap'
export { canReadDeletedObjects } from './can-read-deleted-objects.ts'
export { connectDirectory } from './connection/connect-directory.ts'
export type { DirectoryConnection } from './connection/directory-connection.ts'
export type { DirectoryServer } from './connection/directory-server.ts'
export { childDn, escapeDnValue, parentDn, type Rdn, rdnOf, unescapeDnValue } from './decode/dn.ts'
export { type ExtendedDn, parseExtendedDn } from './decode/extended-dn.ts'
export { groupTypeFlag, hasFlag, userAccountControlFlag } from './decode/flags.ts'
export { guidDn, guidFromBytes, guidToBytes, isGuid } from './decode/guid.ts'
export { sidFromBytes, sidToBytes } from './decode/sid.ts'
export { dateToFileTime, fileTimeToDate, generalizedTimeToDate } from './decode/time.ts'
export { type DirSyncRequest, type DirSyncStep, dirSync, importedClasses } from './dir-sync/dir-sync.ts'
export type { ControllerSource } from './domain-controllers/controller-source.ts'
export {
  type ControllerConnection,
  DomainControllers,
  type DomainControllersOptions
} from './domain-controllers/domain-controllers.ts'
export { type HealthOptions, watchHealth } from './domain-controllers/watch-health.ts'
export { encodePassword } from './encode-password.ts'
export { RefusedError, resultCode } from './errors.ts'
export { type FoundObject, findObject } from './find-object.ts'
export { type ChangeRecord, LdifError } from './ldif/change-record.ts'
export { readLdif } from './ldif/read-ldif.ts'
export { ldifHeader, writeRecord } from './ldif/write-ldif.ts'
export { controlOid, extendedDn, showDeleted } from './protocol/controls.ts'
export { type ObjectReading, readObject } from './read-object.ts'
export { type RootDse, readRootDse } from './read-root-dse.ts'
export { restoreDeleted } from './restore-deleted.ts'
export { type Watch, watch } from './watch.ts'
export { type ApplyOptions, applyFix, type FixResult, type FixUndo } from './write/apply-fix.ts'
export { type Fix, fixFault } from './write/fix.ts'
