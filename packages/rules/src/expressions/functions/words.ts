import { ExpressionError } from '../fault.ts'
import { requireLength, shown } from '../values.ts'

/** An apostrophe is part of a word, as in .NET's ToTitleCase, unless it is named as a separator. */
export function properCase(value: string, separators?: string): string {
  const divides = separators === undefined ? undefined : new Set(separators)
  let isStart = true
  let result = ''
  for (const character of value) {
    const isDivider = divides?.has(character) ?? !/[\p{Letter}\p{Mark}\p{Number}'’]/u.test(character)
    result += isStart && !isDivider ? character.toUpperCase() : character.toLowerCase()
    isStart = isDivider
  }
  return result
}

/** Empty when there is no such word. Delimiters that follow one another enclose no word. */
export function wordOfText(value: string, number: number, delimiters: string): string {
  const divides = new Set(delimiters)
  let found = 0
  let word = ''
  for (const character of value) {
    if (!divides.has(character)) {
      word += character
      continue
    }
    if (word !== '') found += 1
    if (word !== '' && found === number) return word
    word = ''
  }
  return word !== '' && found + 1 === number ? word : ''
}

/** By a dictionary `source:target,source:target`, whose sources are one character each. */
export function replaceChars(value: string, dictionary: string): string {
  const targets = dictionaryOf(dictionary)
  const pieces = Array.from(value).map(character => targets.get(character) ?? character)
  requireLength(pieces.reduce((length, piece) => length + piece.length, 0))
  return pieces.join('')
}

function dictionaryOf(dictionary: string): ReadonlyMap<string, string> {
  const targets = new Map<string, string>()
  for (const entry of dictionary.replace(/\s/g, '').split(',')) {
    if (entry === '') continue
    const [source = '', target, ...more] = entry.split(':')
    if (Array.from(source).length !== 1 || target === undefined || more.length > 0) {
      throw new ExpressionError(`ReplaceChars cannot read ${shown(entry)}: write character:text, as ö:oe.`)
    }
    targets.set(source, target)
  }
  return targets
}
