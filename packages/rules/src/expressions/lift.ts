import { ExpressionError } from './fault.ts'
import { bounded, isList, type Operand, type Scalar } from './values.ts'

/**
 * Applies what is made for single values to lists, value by value, as Entra Connect does: `Trim([proxyAddresses])` trims
 * each. What is not a list is used for each of them.
 * @param isWhole true at the positions that take a list as it is
 */
export function lift(
  operands: readonly (Operand | undefined)[],
  isWhole: (position: number) => boolean,
  apply: (operands: readonly (Operand | undefined)[]) => Operand
): Operand {
  let length: number | undefined
  for (const [position, operand] of operands.entries()) {
    if (operand === undefined || !isList(operand) || isWhole(position)) continue
    if (length !== undefined && length !== operand.length) {
      throw new ExpressionError(
        `Lists of ${length} and of ${operand.length} values cannot be combined; use Item or Join to get one value.`
      )
    }
    length = operand.length
  }
  if (length === undefined) return apply(operands)
  const results: Scalar[] = []
  for (let index = 0; index < length; index += 1) {
    const result = apply(
      operands.map((operand, position) =>
        operand !== undefined && isList(operand) && !isWhole(position) ? (operand[index] ?? null) : operand
      )
    )
    if (isList(result)) throw new ExpressionError('A list cannot be made of each value of a list.')
    results.push(result)
    if (typeof result === 'string' && index % 64 === 63) bounded(results)
  }
  return bounded(results)
}

export function liftScalars(operands: readonly Operand[], apply: (...scalars: Scalar[]) => Scalar): Operand {
  return lift(
    operands,
    () => false,
    singles => apply(...singles.map(single => (single === undefined || isList(single) ? null : single)))
  )
}
