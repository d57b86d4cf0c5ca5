import { parseDate } from './dates.ts'
import { ExpressionError } from './fault.ts'
import type { BinaryOperator } from './syntax.ts'
import {
  asBoolean,
  asNumber,
  bounded,
  inRange,
  requireLength,
  type Scalar,
  shown,
  toNumber,
  toText
} from './values.ts'

/** Every operator but && and ||, which look at their right side only when they must. */
export const operators: Readonly<
  Record<Exclude<BinaryOperator, '&&' | '||'>, (left: Scalar, right: Scalar) => Scalar>
> = {
  '&': concatenated,
  '=': equals,
  '<>': (left, right) => !equals(left, right),
  '<': (left, right) => order(left, right, difference => difference < 0),
  '>': (left, right) => order(left, right, difference => difference > 0),
  '<=': (left, right) => order(left, right, difference => difference <= 0),
  '>=': (left, right) => order(left, right, difference => difference >= 0),
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => {
    if (right === 0n) throw new ExpressionError('A number is divided by zero.')
    return left / right
  })
}

/** NULL adds nothing. */
function concatenated(left: Scalar, right: Scalar): string {
  const [first, second] = [toText(left), toText(right)]
  requireLength(first.length + second.length)
  return bounded(first + second)
}

/**
 * NULL and the empty text are equal to each other and to nothing else. A Boolean or a number asks for the same kind on
 * the other side, which may be written as text. Texts are compared without regard to case.
 */
export function equals(left: Scalar, right: Scalar): boolean {
  const [isLeftEmpty, isRightEmpty] = [isEmpty(left), isEmpty(right)]
  if (isLeftEmpty || isRightEmpty) return isLeftEmpty && isRightEmpty
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    const [first, second] = [asBoolean(left), asBoolean(right)]
    return first !== undefined && first === second
  }
  const difference = compared(left, right, false)
  return difference === 0
}

/** Nothing is before or after NULL. */
function order(left: Scalar, right: Scalar, fits: (difference: number) => boolean): boolean {
  if (isEmpty(left) || isEmpty(right)) return false
  const difference = compared(left, right, true)
  if (difference === undefined) {
    throw new ExpressionError(`${shown(left)} and ${shown(right)} have no order.`)
  }
  return fits(difference)
}

/**
 * Negative, zero or positive; undefined when the two are of kinds that do not go together.
 * @param numeric two texts that are numbers are compared as such: 9 is less than 10, while "007" is not "7"
 */
function compared(left: Scalar, right: Scalar, numeric: boolean): number | undefined {
  if (left instanceof Date || right instanceof Date) {
    const [first, second] = [pointInTime(left), pointInTime(right)]
    return first === undefined || second === undefined ? undefined : first - second
  }
  if (typeof left === 'boolean' || typeof right === 'boolean') return undefined
  if (numeric || typeof left === 'bigint' || typeof right === 'bigint') {
    const [first, second] = [asNumber(left), asNumber(right)]
    if (first !== undefined && second !== undefined) return sign(first, second)
  }
  const [first, second] = [toText(left).toLowerCase(), toText(right).toLowerCase()]
  return sign(first, second)
}

function pointInTime(value: Scalar): number | undefined {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' ? parseDate(value)?.getTime() : undefined
}

function sign<T extends string | bigint>(left: T, right: T): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

export function isEmpty(value: Scalar): boolean {
  return value === null || value === ''
}

/** Of NULL and a number, NULL. */
function arithmetic(calculate: (left: bigint, right: bigint) => bigint) {
  return (left: Scalar, right: Scalar): bigint | null => {
    const [first, second] = [toNumber(left), toNumber(right)]
    return first === null || second === null ? null : inRange(calculate(first, second))
  }
}
