import jsep from 'jsep'
import { UnusableExpressionError } from './fault.ts'
import { limits } from './limits.ts'
import { precedences, type SyntaxNode } from './syntax.ts'
import { readToken, type Scanner } from './token.ts'

/**
 * jsep does the spaces, the operators and their precedence; every token is read here, so that nothing else of
 * JavaScript can get in. It keeps its grammar in static fields, which are set once, when this module is loaded.
 * Nothing else parses with it.
 */
jsep.removeAllBinaryOps()
for (const [operator, precedence] of Object.entries(precedences)) jsep.addBinaryOp(operator, precedence)
jsep.removeAllUnaryOps()
jsep.removeAllLiterals()
jsep.hooks.add('gobble-token', function gobbleToken(env) {
  const node = readToken(this as unknown as Scanner)
  if (node !== undefined) env.node = node as unknown as jsep.Expression
})
// Before jsep's own reader of `a ? b : c`.
jsep.hooks.add(
  'after-expression',
  function refuseRest() {
    const scanner = this as unknown as Scanner
    const ends = scanner.index >= scanner.expr.length
    const isNested = (scanner.nesting ?? 0) > 0 && /[,)]/.test(scanner.char)
    if (!ends && !isNested) throw unexpected(scanner)
  },
  true
)

/** @throws UnusableExpressionError */
export function parse(text: string): SyntaxNode {
  if (text.length > limits.expression) {
    throw new UnusableExpressionError(
      limits.expression,
      `An expression has at most ${limits.expression} characters; divide it into several flows.`
    )
  }
  const start = /\S/.exec(text)
  if (start === null) throw new UnusableExpressionError(0, 'The expression is empty.')
  if (/[,;)]/.test(start[0])) {
    throw new UnusableExpressionError(start.index, `An expression cannot begin with ${start[0]}.`)
  }
  const node = translated(() => jsep(text)) as unknown as SyntaxNode
  if ((node.type as string) === 'Compound')
    throw new UnusableExpressionError(start.index, 'This is not an expression.')
  return node
}

function translated(read: () => jsep.Expression): jsep.Expression {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnusableExpressionError || !isFaultOfJsep(error)) throw error
    const operator = /^Expected expression after (\S+)$/.exec(error.description)?.[1]
    throw new UnusableExpressionError(
      error.index,
      operator === undefined
        ? 'This was not expected here.'
        : `After ${operator} something is missing: a text, a number, an attribute or a function.`
    )
  }
}

function isFaultOfJsep(error: unknown): error is { index: number; description: string } {
  return error instanceof Error && 'index' in error && 'description' in error
}

function unexpected({ index, expr }: Scanner): UnusableExpressionError {
  const rest = expr.slice(index)
  const hint = hints.find(([pattern]) => pattern.test(rest))?.[1]
  const shown = Array.from(rest)[0] ?? ''
  return new UnusableExpressionError(index, hint ?? `${shown} was not expected here.`)
}

const hints: readonly [pattern: RegExp, hint: string][] = [
  [/^\)/, 'This bracket closes nothing: one ) is too many.'],
  [/^[,;]/, 'A comma stands between the arguments of a function only.'],
  [/^!=/, 'Write <> for "is not equal".'],
  [/^\?/, 'Write IIF(condition, value, otherwise) in place of ? and :.'],
  [/^(and|or)\b/i, 'Write && for "and", || for "or".'],
  [/^[["\p{L}\d%]/u, 'Here an operator is missing: & joins texts.']
]
