import { BerReader } from '../ber/reader.ts'
import { berTag } from '../ber/tags.ts'
import { boolean, integer, octetString, sequence } from '../ber/write.ts'

/** A control on a request or an answer (RFC 4511 section 4.1.11). */
export interface Control {
  readonly oid: string
  readonly critical: boolean
  readonly value?: Uint8Array
}

const PAGED_RESULTS = '1.2.840.113556.1.4.319'

export function encodeControl({ oid, critical, value }: Control): Buffer {
  const parts = [octetString(oid)]
  if (critical) parts.push(boolean(true))
  if (value !== undefined) parts.push(octetString(value))
  return sequence(...parts)
}

/**
 * Reads what one control of an answer holds, where its value is a SEQUENCE, as nearly always.
 * @returns a reader at the first element; `undefined` when the answer does not have the control, or it has no value
 * @throws MalformedMessageError when the value is no SEQUENCE
 */
export function controlReader(controls: readonly Control[], oid: string): BerReader | undefined {
  const value = controls.find(control => control.oid === oid)?.value
  if (value === undefined) return undefined
  const reader = new BerReader(Buffer.from(value))
  reader.enter(berTag.sequence)
  return reader
}

/** Cut the answer into pages (RFC 2696). */
export function pagedControl(pageSize: number, cookie: Uint8Array): Control {
  return { oid: PAGED_RESULTS, critical: true, value: sequence(integer(pageSize), octetString(cookie)) }
}

/** The cookie of the next page; `undefined` after the last. */
export function readPagedCookie(controls: readonly Control[]): Uint8Array | undefined {
  const reader = controlReader(controls, PAGED_RESULTS)
  if (reader === undefined) return undefined
  reader.integer()
  const cookie = Uint8Array.from(reader.octets())
  return cookie.length === 0 ? undefined : cookie
}
