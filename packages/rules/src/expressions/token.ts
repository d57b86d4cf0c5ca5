import { UnusableExpressionError } from './fault.ts'
import { limits } from './limits.ts'
import type { SyntaxNode, UnaryNode } from './syntax.ts'

/** jsep's parser in the middle of a text, with what this module keeps in it. */
export interface Scanner {
  index: number
  nesting?: number
  readonly expr: string
  readonly char: string
  gobbleSpaces(): void
  /** Falsy where there is none. */
  gobbleExpression(): SyntaxNode | false | undefined
  gobbleToken(): SyntaxNode | false | undefined
}

/** The next operand; undefined at the end of what can be one, which the caller then misses. */
export function readToken(scanner: Scanner): SyntaxNode | undefined {
  const { char } = scanner
  if (char === '' || char === ')' || char === ',') return undefined
  if (char === '(') return readGroup(scanner)
  if (char === '-' || char === '+' || char === '!') return readUnary(scanner, char)
  return readName(scanner) ?? readLiteral(scanner) ?? readReference(scanner) ?? refuse(scanner)
}

const text = /"((?:[^"\\]|""|\\[\s\S])*)"/y
const hexadecimal = /&H([0-9a-f]+)/iy
const digits = /\d+/y
const attribute = /\[([A-Za-z][A-Za-z0-9_-]{0,255})\]/y
const parameter = /%([A-Za-z][A-Za-z0-9_.]{0,63})%/y
const word = /[A-Za-z_$][A-Za-z0-9_]*/y

function readLiteral(scanner: Scanner): SyntaxNode | undefined {
  const offset = scanner.index
  const literal = take(scanner, text)
  if (literal !== undefined) return { type: 'Text', value: unescaped(literal[1] ?? ''), offset }
  const hex = take(scanner, hexadecimal)
  if (hex !== undefined) return { type: 'Number', value: wholeNumber(`0x${hex[1]}`, offset), offset }
  const decimal = take(scanner, digits)
  if (decimal === undefined) return undefined
  if (/[.\p{L}_]/u.test(scanner.char)) {
    throw new UnusableExpressionError(
      scanner.index,
      'Numbers are whole; a text with digits stands in quotes.'
    )
  }
  return { type: 'Number', value: wholeNumber(decimal[0], offset), offset }
}

function wholeNumber(written: string, offset: number): bigint {
  const value = written.length > 20 ? undefined : BigInt(written)
  if (value !== undefined && value < 2n ** 64n) return value
  throw new UnusableExpressionError(offset, 'This number needs more than 64 bits.')
}

/** Entra Connect doubles a quote, Cloud Sync puts a backslash before it. Any other backslash stands for itself. */
function unescaped(written: string): string {
  return written.replace(/""|\\["\\]/g, pair => pair.slice(1))
}

function readReference(scanner: Scanner): SyntaxNode | undefined {
  const offset = scanner.index
  const name = take(scanner, attribute)?.[1]
  if (name !== undefined) return { type: 'Attribute', name, offset }
  const named = take(scanner, parameter)?.[1]
  return named === undefined ? undefined : { type: 'Parameter', name: named, offset }
}

function readName(scanner: Scanner): SyntaxNode | undefined {
  const offset = scanner.index
  const name = take(scanner, word)?.[0]
  if (name === undefined) return undefined
  scanner.gobbleSpaces()
  if (scanner.char !== '(') return { type: 'Word', name, offset }
  return { type: 'Call', name, arguments: deeper(scanner, () => readArguments(scanner)), offset }
}

function readGroup(scanner: Scanner): SyntaxNode {
  const offset = scanner.index
  return deeper(scanner, () => {
    const expression = scanner.gobbleExpression()
    if (!expression)
      throw new UnusableExpressionError(scanner.index, 'Between the brackets something is missing.')
    if (scanner.char !== ')') throw notClosed(offset)
    scanner.index += 1
    return { type: 'Group', expression, offset }
  })
}

function readUnary(scanner: Scanner, operator: UnaryNode['operator']): SyntaxNode {
  const offset = scanner.index
  const argument = deeper(scanner, () => scanner.gobbleToken())
  if (!argument) throw new UnusableExpressionError(scanner.index, `After ${operator} something is missing.`)
  return { type: 'Unary', operator, argument, offset }
}

/** From behind the opening bracket to behind the closing one. */
function readArguments(scanner: Scanner): (SyntaxNode | undefined)[] {
  const open = scanner.index - 1
  const found: (SyntaxNode | undefined)[] = []
  for (;;) {
    const argument = scanner.gobbleExpression()
    found.push(argument === false ? undefined : argument)
    if (scanner.char !== ',' && scanner.char !== ')') throw notClosed(open)
    scanner.index += 1
    if (scanner.expr[scanner.index - 1] === ')') return found.length === 1 && !argument ? [] : found
  }
}

function deeper<T>(scanner: Scanner, read: () => T): T {
  const nesting = (scanner.nesting ?? 0) + 1
  if (nesting > limits.nesting) {
    throw new UnusableExpressionError(
      scanner.index,
      `More than ${limits.nesting} brackets or signs stand in one another; divide the expression into several flows.`
    )
  }
  scanner.index += 1
  scanner.nesting = nesting
  const result = read()
  scanner.nesting = nesting - 1
  return result
}

function notClosed(offset: number): UnusableExpressionError {
  return new UnusableExpressionError(offset, 'This bracket is not closed.')
}

function take(scanner: Scanner, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = scanner.index
  const found = pattern.exec(scanner.expr)
  if (found === null) return undefined
  scanner.index += found[0].length
  return found
}

function refuse({ index, expr }: Scanner): never {
  const rest = expr.slice(index)
  const hint = hints.find(([pattern]) => pattern.test(rest))?.[1]
  throw new UnusableExpressionError(index, hint ?? `${Array.from(rest)[0] ?? ''} was not expected here.`)
}

const hints: readonly [pattern: RegExp, hint: string][] = [
  [/^"/, 'This text is not closed: a quote is missing. A backslash before a quote is written \\\\.'],
  [/^\[/, 'An attribute is written [name]: letters, digits and hyphens.'],
  [/^%/, 'A parameter is written %Domain.FQDN%.'],
  [/^&/, 'Before & a text is missing; a hexadecimal number is written &H1F.'],
  [/^['‘’“”„«»]/, 'A text stands in straight double quotes: "text".'],
  [/^=/, '= compares, and is written once.']
]
