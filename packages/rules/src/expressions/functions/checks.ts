import { parseDate } from '../dates.ts'
import { define, type ExpressionFunction } from '../function.ts'
import { isList, type Operand, toText } from '../values.ts'

const value = { name: 'value', kind: 'any' } as const

const guid =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$/i

export const checkFunctions: readonly ExpressionFunction[] = [
  define({
    name: 'IsNull',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether there is no value.',
    page: 'both',
    apply: operand => operand === null
  }),
  define({
    name: 'IsNullOrEmpty',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether there is no value, or an empty text.',
    page: 'both',
    apply: isNullOrEmpty
  }),
  define({
    name: 'IsEmpty',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether it is an empty text.',
    page: 'Entra Connect',
    apply: operand => operand === ''
  }),
  define({
    name: 'IsPresent',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether there is a value that is not an empty text.',
    page: 'both',
    apply: operand => !isNullOrEmpty(operand)
  }),
  define({
    name: 'IsString',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether it is a text. All attributes of AD are; binary ones are Base64.',
    page: 'both',
    apply: operand => typeof operand === 'string'
  }),
  define({
    name: 'IsDate',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether CDate can read it.',
    page: 'Entra Connect',
    apply: operand =>
      operand instanceof Date || (typeof operand === 'string' && parseDate(operand) !== undefined)
  }),
  define({
    name: 'IsGuid',
    parameters: [value],
    returns: 'boolean',
    description: 'Whether it is the text of a GUID, with or without curly brackets.',
    page: 'Entra Connect',
    apply: operand => typeof operand === 'string' && guid.test(operand)
  }),
  define({
    name: 'CStr',
    parameters: [value],
    returns: 'text',
    description: 'As text: a number in digits, `True` or `False`, a date as `12/31/2030 11:59:00 PM`.',
    page: 'both',
    apply: operand => {
      if (isList(operand)) return operand.map(element => (element === null ? null : toText(element)))
      return operand === null ? null : toText(operand)
    }
  }),
  define({
    name: 'CRef',
    parameters: [{ name: 'text', kind: 'text' }],
    returns: 'text',
    description: 'The same text. It is here so that expressions with a `CRef([dn])` can be pasted.',
    page: 'Entra Connect',
    apply: text => text
  })
]

function isNullOrEmpty(operand: Operand): boolean {
  if (!isList(operand)) return operand === null || operand === ''
  return operand.every(element => element === null || element === '')
}
