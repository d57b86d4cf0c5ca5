import { ExpressionError } from './fault.ts'
import { lift } from './lift.ts'
import type { SyntaxNode } from './syntax.ts'
import {
  authoritativeNull,
  bounded,
  isList,
  noFlow,
  type Operand,
  type SourceValue,
  shown,
  toBoolean,
  toDate,
  toNumber,
  toText,
  toTexts,
  type Value
} from './values.ts'

/** What an expression is known to give, whatever the object. */
type Kind = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'any'

/** What a parameter takes. `word`: one of a few names, bare or in quotes. `any`: the value as it is. */
type ParameterKind = Kind | 'word'

export interface Parameter {
  readonly name: string
  readonly kind: ParameterKind
  readonly optional?: true
  /** The last one may come any number of times. */
  readonly repeats?: true
  readonly words?: readonly string[]
}

/** Where Microsoft describes the function. `own`: nowhere, administrators know it from Visual Basic all the same. */
type Page = 'Entra Connect' | 'Cloud Sync' | 'both' | 'own'

export interface ExpressionFunction {
  readonly name: string
  /** As one would write it: `Left(text, count)`. Made of the parameters where it is absent. */
  readonly call?: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly returns: Kind
  readonly description: string
  readonly page: Page
  /** Makes the function for one place in an expression. */
  readonly compile: CompileCall
}

export type Read = (name: string) => SourceValue

/** A part of an expression, ready to be worked out again and again. */
export interface Compiled {
  readonly kind: Kind
  /** What was written, where it is known before any object is. */
  readonly literal?: Operand
  readonly node: SyntaxNode
  readonly run: (read: Read) => Value
}

export interface CallSite {
  /** Undefined where nothing stands between two commas. */
  readonly arguments: readonly (Compiled | undefined)[]
  readonly offset: number
  /** Declares that the call reads an attribute. */
  readonly attribute: (name: string, offset: number) => Compiled
}

type CompileCall = (site: CallSite) => Pick<Compiled, 'run'> & Partial<Pick<Compiled, 'kind'>>

interface KindTypes {
  text: string
  number: bigint
  boolean: boolean
  date: Date
  list: readonly string[]
  any: Operand
  word: string
}

type Arguments<Parameters extends readonly Parameter[]> = {
  -readonly [Position in keyof Parameters]: Parameters[Position] extends { optional: true }
    ? KindTypes[Parameters[Position]['kind']] | undefined
    : KindTypes[Parameters[Position]['kind']]
}

export interface SimpleFunction<Parameters extends readonly Parameter[]>
  extends Omit<ExpressionFunction, 'compile' | 'parameters'> {
  readonly parameters: Parameters
  /** What comes of a NULL in the first place; NULL where it is absent. */
  readonly ofNull?: Operand
  readonly apply: (...parameters: Arguments<Parameters>) => Operand
}

/** A function that works out all of its arguments, and takes lists value by value except where it asks for one. */
export function define<const Parameters extends readonly Parameter[]>(
  simple: SimpleFunction<Parameters>
): ExpressionFunction {
  const { parameters, apply, ofNull = null } = simple
  const isWhole = (position: number) => wholeKinds.has(parameters[position]?.kind ?? 'any')
  const applyAll = (operands: readonly (Operand | undefined)[]): Operand => {
    if (operands[0] === null && !isWhole(0)) return ofNull
    const converted: unknown[] = []
    for (const [position, parameter] of parameters.entries()) {
      const value = convert(parameter, operands[position])
      if (value === null && !isWhole(position)) return null
      converted.push(value)
    }
    return bounded(apply(...(converted as unknown as Arguments<Parameters>)))
  }
  return {
    ...simple,
    compile: ({ arguments: given }) => ({
      run: eager(given, operands => lift(operands, isWhole, applyAll))
    })
  }
}

const wholeKinds: ReadonlySet<ParameterKind> = new Set(['list', 'any', 'word'])

/** Undefined: the argument was left out. `null`: a number or a date that there is not; a text is empty then. */
function convert(parameter: Parameter, operand: Operand | undefined): unknown {
  if (operand === undefined) return undefined
  if (parameter.kind === 'any') return operand
  if (parameter.kind === 'list') return toTexts(operand)
  if (isList(operand)) throw new ExpressionError(`${parameter.name} is a list where one value is needed.`)
  if (parameter.kind === 'number') return toNumber(operand)
  if (parameter.kind === 'date') return toDate(operand)
  if (parameter.kind === 'boolean') return toBoolean(operand)
  if (parameter.kind === 'word') return wordOf(parameter, toText(operand))
  return toText(operand)
}

function wordOf({ name, words = [] }: Parameter, written: string): string {
  const word = words.find(known => known.toLowerCase() === written.toLowerCase())
  if (word !== undefined) return word
  throw new ExpressionError(`${name} is one of ${words.join(', ')}, not ${shown(written)}.`)
}

/** Works out the arguments in order. One that says "ignore this flow" makes the whole call say so. */
export function eager(
  given: readonly (Compiled | undefined)[],
  apply: (operands: readonly (Operand | undefined)[]) => Value
): (read: Read) => Value {
  return read => {
    const operands: (Operand | undefined)[] = []
    for (const argument of given) {
      const value = argument?.run(read)
      if (value === noFlow) return value
      operands.push(value === authoritativeNull ? null : value)
    }
    return apply(operands)
  }
}

/** How a call is written, for people: `InStr(text, search, [start])`. */
export function signaturesOf({
  name,
  parameters,
  call
}: Omit<ExpressionFunction, 'compile'>): readonly string[] {
  if (call !== undefined) return call
  const written = parameters.map(({ name: parameter, optional, repeats }) => {
    const shownName = repeats ? `${parameter}, …` : parameter
    return optional ? `[${shownName}]` : shownName
  })
  return [`${name}(${written.join(', ')})`]
}
