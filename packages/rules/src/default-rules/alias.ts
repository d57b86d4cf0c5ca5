/** What Graph accepts in a mailNickname: ASCII without space and without @ ( ) \ [ ] " ; : < > , (create group). */
const refused = /[^!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]/g
const clean = /^(?!\.)[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+(?<!\.)$/
const marks = /\p{Mark}/gu
const dotsAround = /^\.+|\.+$/g

export const aliasMaxLength = 64

/** Makes an alias of any text: letters lose their accents, what Graph refuses goes. Empty when nothing is left. */
export function cleanAlias(value: string): string {
  if (clean.test(value)) return value
  return value.normalize('NFKD').replace(marks, '').replace(refused, '').replace(dotsAround, '')
}

/** The part of an address before the @. */
export function localPart(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf('@')))
}

/** The first of the texts that gives an alias which Graph accepts; undefined when none does. */
export function firstAlias(...candidates: readonly (string | undefined)[]): string | undefined {
  for (const candidate of candidates) {
    if (candidate === undefined) continue
    const alias = cleanAlias(candidate)
    if (alias !== '' && alias.length <= aliasMaxLength) return alias
  }
  return undefined
}
