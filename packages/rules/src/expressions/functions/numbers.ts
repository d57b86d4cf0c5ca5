import { define, type ExpressionFunction } from '../function.ts'
import { asBoolean, asNumber, inRange, isList, toBoolean, toNumber } from '../values.ts'

const number = (name: string) => ({ name, kind: 'number' }) as const

export const numberFunctions: readonly ExpressionFunction[] = [
  define({
    name: 'BitAnd',
    parameters: [number('value'), number('mask')],
    returns: 'number',
    description: 'The bits that both numbers have.',
    page: 'both',
    apply: (value, mask) => inRange(value & mask)
  }),
  define({
    name: 'BitOr',
    parameters: [number('value'), number('mask')],
    returns: 'number',
    description: 'The bits that either number has.',
    page: 'Entra Connect',
    apply: (value, mask) => inRange(value | mask)
  }),
  define({
    name: 'IsBitSet',
    parameters: [number('value'), number('mask')],
    returns: 'boolean',
    description: 'Whether the value has a bit of the mask; False for NULL.',
    page: 'Entra Connect',
    ofNull: false,
    apply: (value, mask) => (value & mask) !== 0n
  }),
  ...['CNum', 'CInt'].map(name =>
    define({
      name,
      parameters: [{ name: 'value', kind: 'any' }],
      returns: 'number',
      description: 'A whole number, made of a text.',
      page: name === 'CNum' ? 'Entra Connect' : 'own',
      apply: value => (isList(value) ? value.map(toNumber) : toNumber(value))
    })
  ),
  define({
    name: 'CBool',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'boolean',
    description: 'True for a number that is not 0, and for the word true; False for NULL.',
    page: 'both',
    apply: value => (isList(value) ? value.map(toBoolean) : toBoolean(value))
  }),
  define({
    name: 'IsNumeric',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'boolean',
    description: 'Whether it is a whole number, or a text that CNum can read.',
    page: 'Entra Connect',
    apply: value => !isList(value) && typeof value !== 'boolean' && asNumber(value) !== undefined
  }),
  define({
    name: 'Not',
    parameters: [{ name: 'condition', kind: 'boolean' }],
    returns: 'boolean',
    description: 'True for False, and the other way round.',
    page: 'Cloud Sync',
    ofNull: true,
    apply: condition => !condition
  }),
  ...(['And', 'Or'] as const).map(
    (name): ExpressionFunction => ({
      name,
      parameters: [
        { name: 'condition', kind: 'boolean' },
        { name: 'condition', kind: 'boolean', repeats: true }
      ],
      returns: 'boolean',
      description:
        name === 'And'
          ? 'Whether all conditions are True, as && says.'
          : 'Whether one condition is True, as || says.',
      page: 'own',
      compile: ({ arguments: given }) => ({
        run(read) {
          for (const argument of given) {
            const value = argument?.run(read) ?? null
            const holds = typeof value !== 'symbol' && !isList(value) && asBoolean(value) === true
            if (holds === (name === 'Or')) return holds
          }
          return name === 'And'
        }
      })
    })
  )
]
