/** What keeps an expression from costing more than its object is worth. All are far above what anybody writes. */
export const limits = {
  /** Characters of an expression. */
  expression: 8_192,
  /** Brackets in brackets. */
  nesting: 50,
  /** Operations in one row, as in `[a] & [b] & …`. */
  chain: 400,
  /** Characters of a value, of all elements of a list together. */
  value: 1_048_576,
  /** Elements of a list. */
  list: 10_000,
  /** Characters of a regular expression. */
  pattern: 1_000,
  /** Instructions of a regular expression when it is compiled. */
  patternProgram: 5_000
} as const
