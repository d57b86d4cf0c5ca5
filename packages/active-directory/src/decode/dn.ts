/** One relative distinguished name. Active Directory has no RDN of several attributes (MS-ADTS 3.1.1.1.4). */
export interface Rdn {
  readonly attribute: string
  /** The value itself, without escapes. */
  readonly value: string
}

/**
 * The first RDN of a distinguished name (RFC 4514).
 * @throws TypeError when there is none
 */
export function rdnOf(dn: string): Rdn {
  const text = dn.slice(0, endOfRdn(dn))
  const equals = text.indexOf('=')
  if (equals < 1) throw new TypeError('a distinguished name begins with attribute=value')
  return { attribute: text.slice(0, equals).trim(), value: unescapeDnValue(text.slice(equals + 1)) }
}

/** What follows the first RDN; `undefined` when nothing does. */
export function parentDn(dn: string): string | undefined {
  const end = endOfRdn(dn)
  return end === dn.length ? undefined : dn.slice(end + 1).trimStart()
}

/** A value made safe to stand in a distinguished name (RFC 4514 section 2.4). */
export function escapeDnValue(value: string): string {
  const last = value.length - 1
  return value.replace(/[\\,+"<>;=\0\r\n]|^[ #]| $/g, (character, at: number) => {
    if (character < ' ') return `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`
    const plain = character === ' ' && at !== 0 && at !== last
    return plain ? character : `\\${character}`
  })
}

/** The value that an escaped one stands for (RFC 4514 section 3). */
export function unescapeDnValue(escaped: string): string {
  let end = escaped.length
  while (end > 0 && escaped[end - 1] === ' ' && !isEscaped(escaped, end - 1)) end--
  const trimmed = escaped.slice(0, end).replace(/^ +/, '')
  return trimmed.replace(/((?:\\[0-9a-fA-F]{2})+)|\\(.)/gs, (_all, hex: string | undefined, plain: string) =>
    hex === undefined ? plain : Buffer.from(hex.replaceAll('\\', ''), 'hex').toString('utf8')
  )
}

/** `rdn` below `parent`, with the value escaped: `childDn('CN', 'Doe, Jane', 'OU=Staff,DC=x')`. */
export function childDn(attribute: string, value: string, parent: string): string {
  return `${attribute}=${escapeDnValue(value)},${parent}`
}

function endOfRdn(dn: string): number {
  let index = 0
  while (index < dn.length && dn[index] !== ',') index += dn[index] === '\\' ? 2 : 1
  return Math.min(index, dn.length)
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0
  while (text[index - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}
