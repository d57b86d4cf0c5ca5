/** Characters that the ear takes for ASCII and that Unicode does not decompose. */
const alike: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ħ: 'h',
  Ħ: 'H',
  ŧ: 't',
  Ŧ: 'T',
  ŋ: 'n',
  Ŋ: 'N',
  ı: 'i',
  '‘': "'",
  '’': "'",
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-'
}

export function isAscii(value: string): boolean {
  for (let at = 0; at < value.length; at++) if (value.charCodeAt(at) > 0x7f) return false
  return true
}

export function nonAscii(value: string): Iterable<string> {
  return value.match(/[^\0-\x7f]/gu) ?? []
}

/**
 * The text in ASCII: letters without their accents, signs that have no like left out. Undefined when a letter would be
 * lost, as in Cyrillic names: half a name is no proposal.
 */
export function toAscii(value: string): string | undefined {
  const plain = value
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\0-\x7f]/gu, sign => alike[sign] ?? sign)
  if (/[^\0-\x7f]/u.test(plain.replaceAll(/[^\p{L}\p{N}]/gu, ''))) return undefined
  return plain.replaceAll(/[^\0-\x7f]/gu, '')
}

/** The first `length` UTF-16 code units at most (AD and Graph count these), without half a character at the end. */
export function cut(value: string, length: number): string {
  if (value.length <= length) return value
  const end = value.charCodeAt(length - 1)
  return value.slice(0, end >= 0xd800 && end <= 0xdbff ? length - 1 : length).trimEnd()
}

/** `"é", space, U+0007`: up to five, as one can tell them apart in a message. */
export function listCharacters(characters: Iterable<string>): string {
  const distinct = [...new Set(characters)]
  const named = distinct.slice(0, 5).map(nameOf)
  return distinct.length > named.length ? `${named.join(', ')}, …` : named.join(', ')
}

function nameOf(character: string): string {
  if (character === ' ') return 'space'
  if (!/[\p{C}\p{Z}\p{M}]/u.test(character)) return `"${character}"`
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
