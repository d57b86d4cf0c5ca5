import type { AttributeValue } from '@opendirsync/contracts'
import { authoritativeNull, noFlow } from '../attribute-flow.ts'
import { dateText, parseDate } from './dates.ts'
import { ExpressionError } from './fault.ts'
import { limits } from './limits.ts'

/** Numbers are whole and have 64 bits, as in Entra Connect. A Date is a point in time, to the millisecond. */
export type Scalar = string | bigint | boolean | Date | null
export type Operand = Scalar | readonly Scalar[]
export type Value = Operand | typeof noFlow | typeof authoritativeNull

/** What the attribute of an object holds: a list in the directory, a value in the metaverse. */
export type SourceValue = AttributeValue | undefined

export function isList(operand: Operand): operand is readonly Scalar[] {
  return Array.isArray(operand)
}

/** One value of a list is that value, none is NULL. */
export function fromSource(name: string, value: SourceValue): Operand {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : String(value)
  if (typeof value !== 'object') return bounded(value)
  if (!isTexts(value))
    throw new ExpressionError(`[${name}] has several parts, and cannot be used in an expression.`)
  return value.length < 2 ? bounded(value[0] ?? null) : bounded(value)
}

function isTexts(value: object): value is readonly string[] {
  return Array.isArray(value)
}

/** @throws ExpressionError when a text or a list has grown beyond measure. */
export function bounded<T extends Operand>(operand: T): T {
  if (typeof operand === 'string') requireLength(operand.length)
  else if (isList(operand)) {
    if (operand.length > limits.list) throw new ExpressionError(`A list has more than ${limits.list} values.`)
    let length = 0
    for (const element of operand) if (typeof element === 'string') length += element.length
    requireLength(length)
  }
  return operand
}

/** Asked before a text of that many characters is made. */
export function requireLength(length: number): void {
  if (length > limits.value) throw new ExpressionError(`A value has more than ${limits.value} characters.`)
}

/** NULL is the empty text. */
export function toText(value: Scalar): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value instanceof Date ? dateText(value) : String(value)
}

const wholeNumber = /^\s*([+-]?\d{1,20})\s*$/

/** A number, or a text that is one. Undefined: it is neither. */
export function asNumber(value: Scalar): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return undefined
  const written = wholeNumber.exec(value)?.[1]
  const number = written === undefined ? undefined : BigInt(written)
  return number !== undefined && isInRange(number) ? number : undefined
}

/** Signed and unsigned numbers of 64 bits: AD's bit masks are written both ways. */
function isInRange(number: bigint): boolean {
  return number >= -(2n ** 63n) && number < 2n ** 64n
}

export function inRange(number: bigint): bigint {
  if (isInRange(number)) return number
  throw new ExpressionError('A number needs more than 64 bits.')
}

/** NULL stays NULL. */
export function toNumber(value: Scalar): bigint | null {
  if (value === null || value === '') return null
  const number = asNumber(value)
  if (number !== undefined) return number
  throw new ExpressionError(`${shown(value)} is not a whole number.`)
}

/** A Boolean, a number, or the words true and false in any case. Undefined: it is none of them. */
export function asBoolean(value: Scalar): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === null || value === '') return false
  if (typeof value === 'string') {
    const word = value.trim().toLowerCase()
    if (word === 'true' || word === 'false') return word === 'true'
  }
  const number = asNumber(value)
  return number === undefined ? undefined : number !== 0n
}

/** What IIF and its like ask: NULL and the empty text are False. */
export function toBoolean(value: Scalar): boolean {
  const found = asBoolean(value)
  if (found !== undefined) return found
  throw new ExpressionError(`${shown(value)} is neither True nor False.`)
}

export function toDate(value: Scalar): Date | null {
  if (value === null || value === '' || value instanceof Date) return value === '' ? null : value
  const date = typeof value === 'string' ? parseDate(value) : undefined
  if (date !== undefined) return date
  throw new ExpressionError(`${shown(value)} is not a date: write it as 2030-12-31 or 2030-12-31 23:59.`)
}

/** The values of a list, without those that are NULL. */
export function toTexts(operand: Operand): readonly string[] {
  const elements = isList(operand) ? operand : [operand]
  return elements.filter(element => element !== null).map(toText)
}

/** For messages: in quotes, and not longer than a line. */
export function shown(value: Scalar): string {
  const text = toText(value)
  return text.length > 60 ? `"${text.slice(0, 60)}…"` : `"${text}"`
}

export { authoritativeNull, noFlow }
