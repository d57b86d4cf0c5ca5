import { isLinked } from '@opendirsync/contracts'
import { compile } from './compile.ts'
import { type ExpressionFault, UnusableExpressionError } from './fault.ts'
import type { Compiled, Read } from './function.ts'
import { parse } from './parse.ts'
import {
  type authoritativeNull,
  bounded,
  isList,
  type noFlow,
  type SourceValue,
  toText,
  toTexts,
  type Value
} from './values.ts'

export type ExpressionResult =
  | string
  | bigint
  | boolean
  | readonly string[]
  | null
  | typeof noFlow
  | typeof authoritativeNull

export interface CompiledExpression {
  readonly text: string
  /** The attributes that it reads, each once, in the order of the text. `dn` when it asks for the domain. */
  readonly sources: readonly string[]
  /**
   * The same values always give the same result: there is no clock, no chance and no look-up.
   * @param read is asked for nothing but `sources`
   * @throws ExpressionError when the values do not go with the expression, and for its own Error("…")
   */
  readonly evaluate: (read: (name: string) => SourceValue) => ExpressionResult
}

export interface CompileOptions {
  /** The spelling in which attributes are read; by default the one of the text. */
  readonly spelling?: (name: string) => string
}

/** Reads an expression once, so that it can be worked out for any number of objects. */
export function compileExpression(
  text: string,
  { spelling = name => name }: CompileOptions = {}
): { ok: CompiledExpression } | { fault: ExpressionFault } {
  const sources = new Set<string>()
  const attribute = (name: string, offset: number): string => {
    const spelled = spelling(name)
    if (isLinked(spelled)) {
      throw new UnusableExpressionError(
        offset,
        `[${name}] refers to other objects. References are synchronised by themselves and pass through no rule.`
      )
    }
    sources.add(spelled)
    return spelled
  }
  try {
    const compiled = compile(parse(text), { attribute })
    return { ok: { text, sources: [...sources], evaluate: read => evaluate(compiled, read) } }
  } catch (error) {
    if (!(error instanceof UnusableExpressionError)) throw error
    return { fault: { message: error.message, offset: error.offset } }
  }
}

function evaluate(compiled: Compiled, read: Read): ExpressionResult {
  return finished(compiled.run(read))
}

function finished(value: Value): ExpressionResult {
  if (typeof value === 'symbol' || value === null) return value
  if (isList(value)) {
    const texts = toTexts(value)
    return bounded(texts.filter(text => text !== ''))
  }
  return bounded(value instanceof Date ? toText(value) : value)
}
