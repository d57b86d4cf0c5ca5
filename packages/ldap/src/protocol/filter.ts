import { BerWriter, FilterParser } from 'ldapts'
import { FilterSyntaxError } from '../errors.ts'

/**
 * The BER of a search filter in its text form (RFC 4515).
 * @throws FilterSyntaxError for a text that is no filter
 */
export function encodeFilter(filter: string): Buffer {
  try {
    const writer = new BerWriter()
    FilterParser.parseString(filter).write(writer)
    return writer.buffer
  } catch (cause) {
    throw new FilterSyntaxError(`${filter} is no LDAP filter: correct it.`, { cause })
  }
}

/** A value made safe to stand in a filter's text (RFC 4515 section 3). */
export function escapeFilterValue(value: string): string {
  return value.replace(
    /[\\*()\0]/g,
    character => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  )
}
