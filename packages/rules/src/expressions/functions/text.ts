import { ExpressionError } from '../fault.ts'
import { define, type ExpressionFunction } from '../function.ts'
import { requireLength, shown } from '../values.ts'
import { withoutDiacritics } from './diacritics.ts'
import { properCase, replaceChars, wordOfText } from './words.ts'

const text = { name: 'text', kind: 'text' } as const
const count = { name: 'count', kind: 'number' } as const

export const textFunctions: readonly ExpressionFunction[] = [
  define({
    name: 'Trim',
    parameters: [text],
    returns: 'text',
    description: 'Without the white space around it.',
    page: 'Entra Connect',
    apply: value => value.trim()
  }),
  define({
    name: 'LTrim',
    parameters: [text],
    returns: 'text',
    description: 'Without the white space before it.',
    page: 'Entra Connect',
    apply: value => value.trimStart()
  }),
  define({
    name: 'RTrim',
    parameters: [text],
    returns: 'text',
    description: 'Without the white space behind it.',
    page: 'Entra Connect',
    apply: value => value.trimEnd()
  }),
  define({
    name: 'StripSpaces',
    parameters: [text],
    returns: 'text',
    description: 'Without any space in it.',
    page: 'Cloud Sync',
    apply: value => value.replaceAll(' ', '')
  }),
  define({
    name: 'Left',
    parameters: [text, count],
    returns: 'text',
    description: 'The first characters; all of them when the count is negative.',
    page: 'both',
    apply: (value, length) => (length < 0n ? value : value.slice(0, clamp(length)))
  }),
  define({
    name: 'Right',
    parameters: [text, count],
    returns: 'text',
    description: 'The last characters; all of them when the count is negative.',
    page: 'Entra Connect',
    apply: (value, length) => (length < 0n ? value : value.slice(Math.max(0, value.length - clamp(length))))
  }),
  define({
    name: 'Mid',
    parameters: [text, { name: 'start', kind: 'number' }, { ...count, optional: true }],
    returns: 'text',
    description:
      'So many characters from a position on, counted from 1; to the end without a count. All of the text when the position is outside of it, or the count negative.',
    page: 'both',
    apply: (value, start, length) => {
      const from = clamp(start)
      if (from < 1 || from > value.length || (length ?? 0n) < 0n) return length === 0n ? '' : value
      return value.slice(from - 1, length === undefined ? undefined : from - 1 + clamp(length))
    }
  }),
  define({
    name: 'Len',
    parameters: [text],
    returns: 'number',
    description: 'How many characters it has.',
    page: 'Entra Connect',
    ofNull: 0n,
    apply: value => BigInt(value.length)
  }),
  define({
    name: 'LCase',
    parameters: [text],
    returns: 'text',
    description: 'In lower case.',
    page: 'Entra Connect',
    apply: value => value.toLowerCase()
  }),
  define({
    name: 'UCase',
    parameters: [text],
    returns: 'text',
    description: 'In upper case.',
    page: 'Entra Connect',
    apply: value => value.toUpperCase()
  }),
  define({
    name: 'ToLower',
    parameters: [text, { name: 'culture', kind: 'text', optional: true }],
    returns: 'text',
    description: 'In lower case, by the rules of a language such as `tr-TR` where one is given.',
    page: 'Cloud Sync',
    apply: (value, culture) => inCulture(culture, locale => value.toLocaleLowerCase(locale))
  }),
  define({
    name: 'ToUpper',
    parameters: [text, { name: 'culture', kind: 'text', optional: true }],
    returns: 'text',
    description: 'In upper case, by the rules of a language such as `tr-TR` where one is given.',
    page: 'Cloud Sync',
    apply: (value, culture) => inCulture(culture, locale => value.toLocaleUpperCase(locale))
  }),
  define({
    name: 'PCase',
    parameters: [text, { name: 'separators', kind: 'text', optional: true }],
    returns: 'text',
    description:
      'Each word with a capital and the rest in lower case. Words are divided by the given characters, else by all that are no letters, digits or apostrophes.',
    page: 'both',
    apply: properCase
  }),
  define({
    name: 'NormalizeDiacritics',
    parameters: [text],
    returns: 'text',
    description: 'Letters without accents: `Zoë` becomes `Zoe`, `ß` becomes `ss`, `ø` becomes `oe`.',
    page: 'Cloud Sync',
    apply: withoutDiacritics
  }),
  define({
    name: 'Append',
    parameters: [text, { name: 'suffix', kind: 'text' }],
    returns: 'text',
    description: 'The text with another one behind it; NULL stays NULL.',
    page: 'Cloud Sync',
    apply: (value, suffix) => {
      requireLength(value.length + suffix.length)
      return value + suffix
    }
  }),
  define({
    name: 'PadLeft',
    parameters: [text, { name: 'length', kind: 'number' }, { name: 'character', kind: 'text' }],
    returns: 'text',
    description: 'Filled up in front to a length with one character.',
    page: 'Entra Connect',
    apply: (value, length, character) => padding(value, length, character) + value
  }),
  define({
    name: 'PadRight',
    parameters: [text, { name: 'length', kind: 'number' }, { name: 'character', kind: 'text' }],
    returns: 'text',
    description: 'Filled up behind to a length with one character.',
    page: 'Entra Connect',
    apply: (value, length, character) => value + padding(value, length, character)
  }),
  define({
    name: 'ReplaceChars',
    parameters: [text, { name: 'replacements', kind: 'text' }],
    returns: 'text',
    description: 'Characters replaced by a dictionary: `"ö:oe,ß:ss,’:"`. White space in it does not count.',
    page: 'Entra Connect',
    apply: replaceChars
  }),
  define({
    name: 'Word',
    parameters: [text, { name: 'number', kind: 'number' }, { name: 'delimiters', kind: 'text' }],
    returns: 'text',
    description:
      'The word of that number, counted from 1; any of the delimiters divides words. Empty when there is none.',
    page: 'both',
    apply: (value, number, delimiters) => wordOfText(value, clamp(number), delimiters)
  }),
  define({
    name: 'InStr',
    parameters: [
      text,
      { name: 'search', kind: 'text' },
      { name: 'start', kind: 'number', optional: true },
      { name: 'compare', kind: 'word', words: ['vbBinaryCompare', 'vbTextCompare'], optional: true }
    ],
    returns: 'number',
    description:
      'Where a text is found first, counted from 1; 0 when it is not. `vbTextCompare` takes no notice of case.',
    page: 'both',
    ofNull: 0n,
    apply: (value, search, start, compare) => {
      const [where, what] = compared(compare, value, search)
      const from = clamp(start ?? 1n) - 1
      return from < 0 || from > where.length ? 0n : BigInt(where.indexOf(what, from) + 1)
    }
  }),
  define({
    name: 'InStrRev',
    parameters: [
      text,
      { name: 'search', kind: 'text' },
      { name: 'start', kind: 'number', optional: true },
      { name: 'compare', kind: 'word', words: ['vbBinaryCompare', 'vbTextCompare'], optional: true }
    ],
    returns: 'number',
    description: 'Where a text is found last, up to the start where one is given; 0 when it is not.',
    page: 'Entra Connect',
    ofNull: 0n,
    apply: (value, search, start, compare) => {
      const [where, what] = compared(compare, value, search)
      return BigInt(
        where.slice(0, start === undefined ? undefined : Math.max(0, clamp(start))).lastIndexOf(what) + 1
      )
    }
  })
]

/** As a number for positions and counts, which nothing is long enough to exceed. */
function clamp(number: bigint): number {
  const most = 2n ** 31n
  if (number > most) return Number(most)
  return Number(number < -most ? -most : number)
}

function compared(compare: string | undefined, ...texts: [string, string]): [string, string] {
  return compare === 'vbTextCompare' ? [texts[0].toLowerCase(), texts[1].toLowerCase()] : texts
}

function inCulture(culture: string | undefined, convert: (locale: string) => string): string {
  if (culture === undefined || culture === '') return convert('und')
  try {
    return convert(culture)
  } catch {
    throw new ExpressionError(`${shown(culture)} is not the name of a culture, as de-DE is.`)
  }
}

function padding(value: string, length: bigint, character: string): string {
  if (Array.from(character).length !== 1)
    throw new ExpressionError('A text is filled up with exactly one character.')
  const missing = Math.max(0, clamp(length) - value.length)
  requireLength(missing * character.length)
  return character.repeat(missing)
}
