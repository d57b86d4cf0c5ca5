import { ExpressionError, UnusableExpressionError } from '../fault.ts'
import { type CallSite, type Compiled, define, type ExpressionFunction, eager } from '../function.ts'
import { lift } from '../lift.ts'
import { equals, isEmpty } from '../operators.ts'
import {
  authoritativeNull,
  isList,
  noFlow,
  type Operand,
  type Scalar,
  toBoolean,
  type Value
} from '../values.ts'

const value = (name: string) => ({ name, kind: 'any' }) as const

export const flowFunctions: readonly ExpressionFunction[] = [
  {
    name: 'IIF',
    parameters: [value('condition'), value('value'), value('otherwise')],
    returns: 'any',
    description: 'One of two values. A condition on a list chooses for each value of it.',
    page: 'both',
    compile: ({ arguments: [test, yes, no] }) => ({
      kind: yes?.kind === no?.kind ? (yes?.kind ?? 'any') : 'any',
      run(read) {
        const found = test?.run(read) ?? null
        if (found === noFlow) return found
        if (found === authoritativeNull) return no?.run(read) ?? null
        if (isList(found)) return chosen(found, yes?.run(read) ?? null, no?.run(read) ?? null)
        return (toBoolean(found) ? yes : no)?.run(read) ?? null
      }
    })
  },
  {
    name: 'Switch',
    call: ['Switch(condition, value, …)', 'Switch(source, [default], key, value, …)'],
    parameters: [value('condition'), { ...value('value'), optional: true, repeats: true }],
    returns: 'any',
    description:
      'The value of the first condition that holds (Entra Connect), or of the key that is the source (Cloud Sync, where case counts). It is the first form when the first argument is a condition.',
    page: 'both',
    compile: compileSwitch
  },
  {
    name: 'Coalesce',
    parameters: [value('value'), { ...value('value'), optional: true, repeats: true }],
    returns: 'any',
    description: 'The first value that is neither NULL nor empty.',
    page: 'Cloud Sync',
    compile: ({ arguments: given }) => ({
      run(read) {
        for (const argument of given) {
          const found = argument?.run(read) ?? null
          if (!isMissing(found)) return found
        }
        return null
      }
    })
  },
  {
    name: 'IgnoreFlowIfNullOrEmpty',
    parameters: [value('value')],
    returns: 'any',
    description: 'The value; when it is NULL or empty, the target stays as it is.',
    page: 'Cloud Sync',
    compile: ({ arguments: [given] }) => ({
      run(read) {
        const found = given?.run(read) ?? null
        return isMissing(found) ? noFlow : found
      }
    })
  },
  define({
    name: 'Error',
    parameters: [{ name: 'message', kind: 'text' }],
    returns: 'any',
    description: 'The flow fails, and the message is shown at the object.',
    page: 'Entra Connect',
    apply: message => {
      throw new ExpressionError(message.slice(0, 500), { declared: true })
    }
  }),
  {
    name: 'ImportedValue',
    parameters: [{ name: 'attribute', kind: 'text' }],
    returns: 'any',
    description: 'The attribute of that name, as [attribute] is.',
    page: 'own',
    compile: site => attributeNamed(site)
  },
  {
    name: 'ValueCount',
    parameters: [{ name: 'attribute', kind: 'text' }],
    returns: 'number',
    description: 'How many values the attribute of that name has.',
    page: 'own',
    compile: site => {
      const read = attributeNamed(site)
      return {
        kind: 'number',
        run: eager([read], ([found = null]) => {
          if (isList(found)) return BigInt(found.length)
          return found === null ? 0n : 1n
        })
      }
    }
  }
]

function attributeNamed({ arguments: [given], offset, attribute }: CallSite): Compiled {
  const name = given?.literal
  if (typeof name === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,255}$/.test(name)) return attribute(name, offset)
  throw new UnusableExpressionError(
    offset,
    'Here the name of an attribute stands in quotes: "proxyAddresses".'
  )
}

/** For each value of the condition, the one of the list in the same place. */
function chosen(conditions: readonly Scalar[], yes: Value, no: Value): Value {
  const [first, second] = [yes, no].map(operand => (typeof operand === 'symbol' ? null : operand))
  return lift(
    [conditions, first, second],
    () => false,
    ([condition = null, one = null, other = null]) =>
      !isList(condition) && toBoolean(condition) ? one : other
  )
}

function compileSwitch({ arguments: given, offset }: CallSite): Pick<Compiled, 'run'> {
  if (given.length < 2 || given.length % 2 === 1) {
    throw new UnusableExpressionError(
      offset,
      'Switch takes pairs: Switch(condition, value, …), or Switch(source, default, key, value, …).'
    )
  }
  const [source, standard, ...rest] = given
  return source?.kind === 'boolean'
    ? { run: conditionsOf(given) }
    : { run: keysOf(source, standard, pairsOf(rest)) }
}

type Argument = Compiled | undefined

function pairsOf(given: readonly Argument[]): [Argument, Argument][] {
  return given.flatMap((first, index) => (index % 2 === 0 ? [[first, given[index + 1]]] : []))
}

function conditionsOf(given: readonly Argument[]): Compiled['run'] {
  const pairs = pairsOf(given)
  return read => {
    for (const [test, result] of pairs) {
      const found = test?.run(read) ?? null
      if (found === noFlow) return found
      if (typeof found !== 'symbol' && toBoolean(oneOf(found))) return result?.run(read) ?? null
    }
    return null
  }
}

/** NULL as the source is the empty key. */
function keysOf(
  source: Argument,
  standard: Argument,
  pairs: readonly [Argument, Argument][]
): Compiled['run'] {
  return read => {
    const found = source?.run(read) ?? null
    if (found === noFlow) return found
    const wanted = typeof found === 'symbol' ? null : oneOf(found)
    for (const [key, result] of pairs) {
      const candidate = key?.run(read) ?? null
      if (typeof candidate !== 'symbol' && isSame(wanted, oneOf(candidate))) return result?.run(read) ?? null
    }
    return standard?.run(read) ?? null
  }
}

function isSame(left: Scalar, right: Scalar): boolean {
  return typeof left === 'string' && typeof right === 'string' ? left === right : equals(left, right)
}

function oneOf(operand: Operand): Scalar {
  if (!isList(operand)) return operand
  throw new ExpressionError('Switch needs one value where there are several; use Item or Join.')
}

function isMissing(found: Value): boolean {
  if (typeof found === 'symbol') return false
  return isList(found) ? found.every(isEmpty) : isEmpty(found)
}
