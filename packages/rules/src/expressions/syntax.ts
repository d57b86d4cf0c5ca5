/** What an expression is made of, as it was read. Only these can occur: no member access, no assignment, no lambda. */
export type SyntaxNode =
  | TextNode
  | NumberNode
  | WordNode
  | AttributeNode
  | ParameterNode
  | CallNode
  | UnaryNode
  | BinaryNode
  | GroupNode

interface Placed {
  readonly offset: number
}

interface TextNode extends Placed {
  readonly type: 'Text'
  readonly value: string
}

interface NumberNode extends Placed {
  readonly type: 'Number'
  readonly value: bigint
}

/** A name without brackets behind it: `True`, `NULL`, `vbTextCompare`. */
export interface WordNode extends Placed {
  readonly type: 'Word'
  readonly name: string
}

interface AttributeNode extends Placed {
  readonly type: 'Attribute'
  readonly name: string
}

/** `%Domain.FQDN%`, without the signs. */
export interface ParameterNode extends Placed {
  readonly type: 'Parameter'
  readonly name: string
}

export interface CallNode extends Placed {
  readonly type: 'Call'
  readonly name: string
  /** `undefined` where nothing stands between two commas. */
  readonly arguments: readonly (SyntaxNode | undefined)[]
}

export interface UnaryNode extends Placed {
  readonly type: 'Unary'
  readonly operator: '-' | '+' | '!'
  readonly argument: SyntaxNode
}

/** Made by jsep, which keeps no offsets of its own. */
export interface BinaryNode {
  readonly type: 'BinaryExpression'
  readonly operator: BinaryOperator
  readonly left: SyntaxNode
  readonly right: SyntaxNode
}

/** What stands in round brackets. */
interface GroupNode extends Placed {
  readonly type: 'Group'
  readonly expression: SyntaxNode
}

/** Higher binds more tightly, as in Visual Basic, which Microsoft's language comes from. */
export const precedences = {
  '||': 1,
  '&&': 2,
  '=': 3,
  '<>': 3,
  '<': 3,
  '>': 3,
  '<=': 3,
  '>=': 3,
  '&': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6
} as const

export type BinaryOperator = keyof typeof precedences

export function offsetOf(node: SyntaxNode): number {
  return node.type === 'BinaryExpression' ? offsetOf(node.left) : node.offset
}
