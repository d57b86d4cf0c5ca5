import { BerWriter, FilterParser } from 'ldapts'

/**
 * The BER of a search filter in its text form (RFC 4515).
 * @throws Error for a text that is no filter
 */
export function encodeFilter(filter: string): Buffer {
  const writer = new BerWriter()
  FilterParser.parseString(filter).write(writer)
  return writer.buffer
}

/** A value made safe to stand in a filter's text (RFC 4515 section 3). */
export function escapeFilterValue(value: string): string {
  return value.replace(
    /[\\*()\0]/g,
    character => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  )
}
