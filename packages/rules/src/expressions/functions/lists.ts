import { ExpressionError } from '../fault.ts'
import { define, type ExpressionFunction, eager } from '../function.ts'
import { isList, type Operand, requireLength, toText, toTexts } from '../values.ts'

const list = { name: 'attribute', kind: 'list' } as const

export const listFunctions: readonly ExpressionFunction[] = [
  define({
    name: 'Item',
    parameters: [list, { name: 'index', kind: 'number' }],
    returns: 'text',
    description: 'The value at that place, counted from 1. Fails when there is none.',
    page: 'both',
    apply: (values, index) => {
      const value = values[Number(index) - 1]
      if (value !== undefined) return value
      throw new ExpressionError(
        `There is no value number ${index}, only ${values.length}; ItemOrNull gives NULL then.`
      )
    }
  }),
  define({
    name: 'ItemOrNull',
    parameters: [list, { name: 'index', kind: 'number' }],
    returns: 'text',
    description: 'The value at that place, counted from 1; NULL when there is none.',
    page: 'Entra Connect',
    apply: (values, index) => values[Number(index) - 1] ?? null
  }),
  define({
    name: 'Count',
    parameters: [list],
    returns: 'number',
    description: 'How many values there are.',
    page: 'both',
    apply: values => BigInt(values.length)
  }),
  define({
    name: 'Contains',
    parameters: [
      list,
      { name: 'search', kind: 'text' },
      { name: 'compare', kind: 'word', words: ['CaseSensitive', 'CaseInsensitive'], optional: true }
    ],
    returns: 'number',
    description: 'The place of the first value that has the text in it, counted from 1; 0 when none has.',
    page: 'Entra Connect',
    apply: (values, search, compare) => {
      const isFound =
        compare === 'CaseInsensitive'
          ? (value: string) => value.toLowerCase().includes(search.toLowerCase())
          : (value: string) => value.includes(search)
      return BigInt(values.findIndex(isFound) + 1)
    }
  }),
  define({
    name: 'RemoveDuplicates',
    parameters: [list],
    returns: 'list',
    description: 'Each value once, without regard to case; the first of several stays.',
    page: 'both',
    apply: values => {
      const seen = new Set<string>()
      return values.filter(value => {
        const known = seen.has(value.toLowerCase())
        seen.add(value.toLowerCase())
        return !known
      })
    }
  }),
  define({
    name: 'Split',
    parameters: [
      { name: 'text', kind: 'text' },
      { name: 'delimiter', kind: 'text' },
      { name: 'limit', kind: 'number', optional: true }
    ],
    returns: 'list',
    description: 'The parts between the delimiters, as a list. With a limit, the last part has all the rest.',
    page: 'both',
    apply: (value, delimiter, limit) => {
      if (delimiter === '') throw new ExpressionError('Split needs a delimiter that is not empty.')
      const parts = value.split(delimiter)
      const most = limit === undefined || limit < 1n ? parts.length : Number(limit)
      if (parts.length <= most) return parts
      return [...parts.slice(0, most - 1), parts.slice(most - 1).join(delimiter)]
    }
  }),
  {
    name: 'Join',
    call: ['Join(attribute, [delimiter])', 'Join(separator, text, …)'],
    parameters: [
      { name: 'attribute', kind: 'any' },
      { name: 'delimiter', kind: 'any', optional: true, repeats: true }
    ],
    returns: 'text',
    description:
      'Values as one text. With two arguments the first is the separator when it is a text in quotes (Cloud Sync), else the list (Entra Connect). Empty values are left out.',
    page: 'both',
    compile: ({ arguments: given }) => {
      const [first] = given
      const separates = given.length > 2 || (given.length === 2 && typeof first?.literal === 'string')
      return {
        run: eager(given, operands => {
          const [list_ = null, delimiter = ' '] = operands
          return separates ? joined(list_, operands.slice(1)) : joined(delimiter, [list_])
        })
      }
    }
  }
]

function joined(separator: Operand, parts: readonly (Operand | undefined)[]): string {
  if (isList(separator)) throw new ExpressionError('What separates the values must be one text.')
  const divider = toText(separator)
  const texts = parts.flatMap(part => toTexts(part ?? null)).filter(text => text !== '')
  requireLength(texts.reduce((length, text) => length + text.length + divider.length, 0))
  return texts.join(divider)
}
