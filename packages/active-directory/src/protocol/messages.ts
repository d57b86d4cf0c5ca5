import { MalformedMessageError } from '../ber/malformed-message-error.ts'
import { BerReader } from '../ber/reader.ts'
import { berTag } from '../ber/tags.ts'
import type { Control } from './controls.ts'
import { controlsTag, operationTag } from './operation-tags.ts'

export interface EntryAttribute {
  /** As the server spells it, with its options: `member;range=0-1499`. */
  readonly name: string
  /** Views of the message; an empty list is an attribute without values. */
  readonly values: readonly Buffer[]
}

/** One object as a search reported it. */
export interface SearchEntry {
  readonly dn: string
  readonly attributes: readonly EntryAttribute[]
}

/** How an operation ended (RFC 4511 section 4.1.9). */
export interface LdapResult {
  readonly code: number
  /** What the server says about it, for people. */
  readonly diagnostic: string
  readonly controls: readonly Control[]
}

export type LdapMessage =
  | { readonly kind: 'entry'; readonly id: number; readonly entry: SearchEntry; readonly bytes: number }
  | { readonly kind: 'result'; readonly id: number; readonly result: LdapResult }
  /** Referrals to other naming contexts and intermediate answers: nothing here follows them. */
  | { readonly kind: 'ignored'; readonly id: number }

const resultTags = new Set<number>([
  operationTag.bindResponse,
  operationTag.searchDone,
  operationTag.modifyResponse,
  operationTag.addResponse,
  operationTag.deleteResponse,
  operationTag.renameResponse,
  operationTag.extendedResponse
])

/**
 * One whole LDAPMessage from the server.
 * @throws MalformedMessageError when it is none
 */
export function decodeMessage(bytes: Buffer): LdapMessage {
  const reader = new BerReader(bytes)
  reader.enter(berTag.sequence)
  const id = reader.integer()
  const tag = reader.peek()
  if (tag === operationTag.searchEntry) {
    return { kind: 'entry', id, entry: readEntry(reader), bytes: bytes.length }
  }
  if (resultTags.has(tag)) return { kind: 'result', id, result: readResult(reader, tag) }
  if (tag === operationTag.searchReference || tag === operationTag.intermediateResponse) {
    return { kind: 'ignored', id }
  }
  throw new MalformedMessageError(`tag 0x${tag.toString(16)} is no answer`)
}

function readEntry(reader: BerReader): SearchEntry {
  const end = reader.enter(operationTag.searchEntry)
  const dn = reader.text()
  const attributes: EntryAttribute[] = []
  const listEnd = reader.enter(berTag.sequence)
  while (reader.within(listEnd)) {
    const attributeEnd = reader.enter(berTag.sequence)
    const name = reader.text()
    const values: Buffer[] = []
    const setEnd = reader.enter(berTag.set)
    while (reader.within(setEnd)) values.push(reader.octets())
    if (reader.within(attributeEnd)) throw new MalformedMessageError('an attribute has a third part')
    attributes.push({ name, values })
  }
  if (reader.within(end)) throw new MalformedMessageError('an entry has a third part')
  return { dn, attributes }
}

function readResult(reader: BerReader, tag: number): LdapResult {
  const end = reader.enter(tag)
  const code = reader.integer(berTag.enumerated)
  reader.skip()
  // Active Directory ends its text with a NUL.
  const diagnostic = reader.text().replace(/\0+$/, '').trim()
  while (reader.within(end)) reader.skip()
  return { code, diagnostic, controls: reader.peek() === controlsTag ? readControls(reader) : [] }
}

function readControls(reader: BerReader): Control[] {
  const controls: Control[] = []
  const end = reader.enter(controlsTag)
  while (reader.within(end)) {
    const controlEnd = reader.enter(berTag.sequence)
    const oid = reader.text()
    const critical = reader.within(controlEnd) && reader.peek() === berTag.boolean ? reader.boolean() : false
    controls.push(reader.within(controlEnd) ? { oid, critical, value: reader.octets() } : { oid, critical })
  }
  return controls
}
