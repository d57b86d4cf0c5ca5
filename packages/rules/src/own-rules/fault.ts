/** What is wrong in the file of own rules, and where. */
export interface RuleFault {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** `rules[0].flows[2].expression`; empty for the file as a whole. */
  readonly path: string
  /** What is wrong and what to do. */
  readonly message: string
}
