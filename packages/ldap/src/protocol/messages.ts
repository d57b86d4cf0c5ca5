import { BerReader } from '../ber/reader.ts'
import { berTag } from '../ber/tags.ts'
import { MalformedMessageError } from '../errors.ts'
import { attributeName } from './attribute-names.ts'
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
  /** `bytes` is the whole message, for `decodeEntry`: what waits for a slow reader waits as bytes, not as objects. */
  | { readonly kind: 'entry'; readonly id: number; readonly bytes: Buffer }
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
 * One whole LDAPMessage from the server; of an entry only that it is one.
 * @throws MalformedMessageError when it is none
 */
export function decodeMessage(bytes: Buffer): LdapMessage {
  const reader = new BerReader(bytes)
  reader.enter(berTag.sequence)
  const id = reader.integer()
  const tag = reader.peek()
  if (tag === operationTag.searchEntry) return { kind: 'entry', id, bytes }
  if (resultTags.has(tag)) return { kind: 'result', id, result: readResult(reader, tag) }
  if (tag === operationTag.searchReference || tag === operationTag.intermediateResponse) {
    return { kind: 'ignored', id }
  }
  throw new MalformedMessageError(`tag 0x${tag.toString(16)} is no answer`)
}

/**
 * The entry that a whole LDAPMessage of that kind holds. Its values are views of the message.
 * @throws MalformedMessageError when it holds none
 */
export function decodeEntry(message: Buffer): SearchEntry {
  const reader = new BerReader(message)
  reader.enter(berTag.sequence)
  reader.skip()
  const end = reader.enter(operationTag.searchEntry)
  const dn = reader.text()
  const attributes: EntryAttribute[] = []
  const listEnd = reader.enter(berTag.sequence)
  while (reader.within(listEnd)) {
    const attributeEnd = reader.enter(berTag.sequence)
    const name = readName(reader)
    const values: Buffer[] = []
    const setEnd = reader.enter(berTag.set)
    while (reader.within(setEnd)) values.push(reader.octets())
    if (reader.within(attributeEnd)) throw new MalformedMessageError('an attribute has a third part')
    attributes.push({ name, values })
  }
  if (reader.within(end)) throw new MalformedMessageError('an entry has a third part')
  return { dn, attributes }
}

function readName(reader: BerReader): string {
  const end = reader.enter(berTag.octetString)
  const name = attributeName(reader.bytes, reader.offset, end)
  reader.offset = end
  return name
}

function readResult(reader: BerReader, tag: number): LdapResult {
  const end = reader.enter(tag)
  const code = reader.integer(berTag.enumerated)
  reader.skip()
  const diagnostic = withoutNul(reader.text()).trim()
  while (reader.within(end)) reader.skip()
  return { code, diagnostic, controls: reader.peek() === controlsTag ? readControls(reader) : [] }
}

/** Active Directory ends its text with a NUL. */
function withoutNul(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--
  return text.slice(0, end)
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
