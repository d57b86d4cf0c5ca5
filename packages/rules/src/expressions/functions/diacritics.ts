/** Letters that Unicode does not take apart, as Cloud Sync's page lists them, and đ, which is of their kind. */
const letters: Readonly<Record<string, string>> = {
  æ: 'ae',
  Æ: 'AE',
  ø: 'oe',
  Ø: 'OE',
  œ: 'oe',
  Œ: 'OE',
  ß: 'ss',
  ẞ: 'SS',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  đ: 'd',
  Đ: 'D'
}

export function withoutDiacritics(value: string): string {
  return value
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[æÆøØœŒßẞłŁıđĐ]/g, letter => letters[letter] ?? letter)
    .normalize('NFC')
}
