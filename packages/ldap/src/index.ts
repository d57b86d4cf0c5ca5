export { MessageFrames } from './ber/message-frames.ts'
export { BerReader } from './ber/reader.ts'
export { berTag } from './ber/tags.ts'
export { boolean, constructed, integer, octetString, sequence } from './ber/write.ts'
export { connectLdap } from './connection/connect.ts'
export type { EntryStream } from './connection/entry-stream.ts'
export type {
  LdapConnection,
  NewAttributes,
  OpenSearchOptions,
  SearchOptions
} from './connection/ldap-connection.ts'
export { addressOf, type LdapServer, type ServerAddress } from './connection/server-address.ts'
export * from './errors.ts'
export { type Control, controlReader, encodeControl } from './protocol/controls.ts'
export { escapeFilterValue } from './protocol/filter.ts'
export {
  decodeEntry,
  decodeMessage,
  type EntryAttribute,
  type LdapMessage,
  type LdapResult,
  type SearchEntry
} from './protocol/messages.ts'
export {
  type AttributeModification,
  encodeMessage,
  type SearchRequest,
  searchRequest,
  type WriteValue
} from './protocol/requests.ts'
