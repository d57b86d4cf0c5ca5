import { checkedArguments, functionNamed } from './call.ts'
import { ExpressionError, UnusableExpressionError } from './fault.ts'
import { type CallSite, type Compiled, eager } from './function.ts'
import { liftScalars } from './lift.ts'
import { limits } from './limits.ts'
import { operators } from './operators.ts'
import { parameterNamed } from './parameters.ts'
import {
  type BinaryNode,
  type BinaryOperator,
  type CallNode,
  offsetOf,
  type SyntaxNode,
  type UnaryNode,
  type WordNode
} from './syntax.ts'
import {
  authoritativeNull,
  fromSource,
  inRange,
  isList,
  noFlow,
  type Operand,
  toBoolean,
  toNumber,
  type Value
} from './values.ts'

/** What belongs to the whole expression while its parts are compiled. */
export interface Context {
  /** Declares that the attribute is read, and gives the spelling to read it by. */
  attribute(name: string, offset: number): string
}

/** @throws UnusableExpressionError */
export function compile(node: SyntaxNode, context: Context, depth = 0): Compiled {
  if (depth > limits.chain) {
    throw new UnusableExpressionError(
      offsetOf(node),
      `More than ${limits.chain} operations follow one another; divide the expression into several flows.`
    )
  }
  const part = (inner: SyntaxNode) => compile(inner, context, depth + 1)
  switch (node.type) {
    case 'Text':
      return literal(node, 'text', node.value)
    case 'Number':
      return literal(node, 'number', node.value)
    case 'Word':
      return compileWord(node)
    case 'Attribute':
      return attribute(node, context)
    case 'Parameter':
      return { node, ...parameterNamed(node, context) }
    case 'Group':
      return part(node.expression)
    case 'Unary':
      return compileUnary(node, part(node.argument))
    case 'BinaryExpression':
      return compileBinary(node, part(node.left), part(node.right))
    case 'Call':
      return compileCall(node, context, part)
  }
}

function literal(node: SyntaxNode, kind: Compiled['kind'], value: Operand): Compiled {
  return { kind, node, literal: value, run: () => value }
}

function attribute(node: SyntaxNode & { name: string; offset: number }, context: Context): Compiled {
  const name = context.attribute(node.name, node.offset)
  return { kind: 'any', node, run: read => fromSource(name, read(name)) }
}

function compileWord(node: WordNode): Compiled {
  switch (node.name.toLowerCase()) {
    case 'true':
      return literal(node, 'boolean', true)
    case 'false':
      return literal(node, 'boolean', false)
    case 'null':
      return literal(node, 'any', null)
    case 'crlf':
      return literal(node, 'text', '\r\n')
    case 'ignorethisflow':
      return { kind: 'any', node, run: () => noFlow }
    case 'authoritativenull':
      return { kind: 'any', node, run: () => authoritativeNull }
    default:
      throw new UnusableExpressionError(node.offset, unknownWord(node.name))
  }
}

function unknownWord(name: string): string {
  if (name.startsWith('$')) {
    return `${name} is a variable, and there are none: functions that work on one value do so for each value of a list.`
  }
  return functionNamed(name) === undefined
    ? `${name} is not known here: an attribute is written [${name}], a text "${name}".`
    : `${name} is a function: write ${name}(…).`
}

function compileUnary(node: UnaryNode, argument: Compiled): Compiled {
  if (node.operator === '!') {
    return {
      kind: 'boolean',
      node,
      run: eager([argument], ([operand = null]) =>
        liftScalars([operand], (value = null) => !toBoolean(value))
      )
    }
  }
  const isMinus = node.operator === '-'
  const signed = (value: Operand): Operand =>
    liftScalars([value], (single = null) => {
      const number = toNumber(single)
      return number === null ? null : inRange(isMinus ? -number : number)
    })
  const known = argument.literal
  return {
    kind: 'number',
    node,
    ...(typeof known === 'bigint' && { literal: isMinus ? -known : known }),
    run: eager([argument], ([operand = null]) => signed(operand))
  }
}

function compileBinary(node: BinaryNode, left: Compiled, right: Compiled): Compiled {
  requireBrackets(node)
  const { operator } = node
  if (operator === '&&' || operator === '||') {
    const decides = operator === '||'
    return {
      kind: 'boolean',
      node,
      run(read) {
        const first = condition(left.run(read))
        if (first === noFlow || first === decides) return first
        return condition(right.run(read))
      }
    }
  }
  const calculate = operators[operator]
  return {
    kind: kinds[operator],
    node,
    run: eager([left, right], ([first = null, second = null]) =>
      liftScalars([first, second], (one = null, other = null) => calculate(one, other))
    )
  }
}

function condition(value: Value): boolean | typeof noFlow {
  if (value === noFlow) return noFlow
  if (value === authoritativeNull) return false
  if (!isList(value)) return toBoolean(value)
  throw new ExpressionError('A condition has several values; use Contains([attribute], "text") > 0, or Item.')
}

const kinds = {
  '=': 'boolean',
  '<>': 'boolean',
  '<': 'boolean',
  '>': 'boolean',
  '<=': 'boolean',
  '>=': 'boolean',
  '&': 'text',
  '+': 'number',
  '-': 'number',
  '*': 'number',
  '/': 'number'
} as const

/**
 * Microsoft's page says that operators are worked out from left to right, its own default rules need precedence. Where
 * the two give different results there must be brackets, so that nothing changes its meaning by being pasted here.
 */
function requireBrackets({ operator, right }: BinaryNode): void {
  if (right.type !== 'BinaryExpression' || !areMixed(operator, right.operator)) return
  throw new UnusableExpressionError(
    offsetOf(right),
    `Put brackets around what ${right.operator} belongs to: Entra Connect would work out ${operator} first, Visual Basic ${right.operator}.`
  )
}

function areMixed(outer: BinaryOperator, inner: BinaryOperator): boolean {
  return (/[+-]/.test(outer) && /[*/]/.test(inner)) || (outer === '||' && inner === '&&')
}

function compileCall(node: CallNode, context: Context, part: (inner: SyntaxNode) => Compiled): Compiled {
  const called = functionNamed(node.name, node.offset)
  const given = checkedArguments(called, node, part)
  const site: CallSite = {
    arguments: given,
    offset: node.offset,
    attribute: (name, offset) => attribute({ type: 'Attribute', name, offset }, context)
  }
  return { kind: called.returns, node, ...called.compile(site) }
}
