const maxCharacters = 300

/**
 * Words of the other side, fit for a log: on one line, not endless, and without anything that could be a hash or a token,
 * since nobody knows what it repeats.
 */
export function shown(words: string): string {
  const text = words
    .slice(0, 10_000)
    .replace(/v1;PPH1_[^;]*;?/gi, '…')
    .replace(/[A-Za-z0-9+/_=.]{30,}/g, long => (/^[a-z.]+$/i.test(long) ? long : '…'))
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
}
