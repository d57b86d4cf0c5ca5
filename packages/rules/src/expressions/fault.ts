/** Where an expression cannot be used, and why. `offset` counts UTF-16 units from the start of the text. */
export interface ExpressionFault {
  readonly message: string
  readonly offset: number
}

/** Thrown inside of this folder while an expression is read; `compileExpression` gives it back as a value. */
export class UnusableExpressionError extends Error {
  override readonly name = 'UnusableExpressionError'
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/** An expression could not be worked out for one object. The message names the cause and what to do. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  /** The rule's author wrote it, with Error("…"). */
  readonly declared: boolean

  constructor(message: string, { declared = false } = {}) {
    super(message)
    this.declared = declared
  }
}
