import { type FlowResult, noFlow, warn } from '../attribute-flow.ts'
import type { ExpressionResult } from '../expressions/expression.ts'
import { ExpressionError } from '../expressions/fault.ts'
import { asBoolean, shown, toText, toTexts } from '../expressions/values.ts'

/** What a target takes. `any`: a text, a Boolean or a list, as it comes. */
export interface TargetType {
  readonly kind: 'text' | 'boolean' | 'list' | 'any'
  /** Characters of each value. */
  readonly maxLength?: number
  /** Values of a list. */
  readonly maxItems?: number
  /** What a text must look like, with the words for it. */
  readonly form?: { readonly pattern: RegExp; readonly words: string }
  /** Cannot be emptied in the tenant: NULL says nothing. */
  readonly required?: true
  /** What empties it in the tenant, in place of null: Graph takes no null for this list. */
  readonly emptiedBy?: readonly []
}

/**
 * The value as the target takes it.
 * @param attribute for the problem of one that is too long
 * @throws ExpressionError when it is of another kind
 */
export function fitted(type: TargetType, attribute: string, result: ExpressionResult): FlowResult {
  if (typeof result === 'symbol') return result
  const value = ofKind(type, result)
  if (value === null || (Array.isArray(value) && value.length === 0))
    return type.required ? noFlow : (type.emptiedBy ?? null)
  const { maxLength = Number.POSITIVE_INFINITY, maxItems = Number.POSITIVE_INFINITY, form } = type
  const values = typeof value === 'boolean' ? [] : [value].flat()
  if (values.length > maxItems) {
    throw new ExpressionError(`There are ${values.length} values where the tenant takes ${maxItems}.`)
  }
  const wrong = values.find(each => form !== undefined && !form.pattern.test(each))
  if (wrong !== undefined) throw new ExpressionError(`${shown(wrong)} is not ${form?.words}.`)
  return values.some(each => each.length > maxLength) ? tooLong(attribute, maxLength) : value
}

function ofKind(
  { kind }: TargetType,
  result: Exclude<ExpressionResult, symbol>
): string | boolean | readonly string[] | null {
  if (result === null || result === '') return null
  if (kind === 'boolean') return oneBoolean(result)
  if (kind === 'any' && typeof result === 'boolean') return result
  const values = (Array.isArray(result) ? toTexts(result) : [toText(result as string | bigint | boolean)])
    .map(value => value.replace(unstorable, '').trim())
    .filter(value => value !== '')
  if (kind === 'list') return values
  if (values.length < 2) return values[0] ?? null
  if (kind === 'any') return values
  throw new ExpressionError(
    `There are ${values.length} values where one is needed; use Item(…, 1) or Join(…, ", ").`
  )
}

/** Half of a pair of surrogates, which a cut can leave, and the character zero: no database takes them as text. */
const unstorable = /\p{Surrogate}|\0/gu

function oneBoolean(result: Exclude<ExpressionResult, symbol>): boolean {
  const found = typeof result === 'object' ? undefined : asBoolean(result)
  if (found !== undefined) return found
  throw new ExpressionError('The value is neither True nor False.')
}

function tooLong(attribute: string, maxLength: number): FlowResult {
  return warn({
    code: 'value-too-long',
    attribute,
    message: `${attribute} is longer than the ${maxLength} characters that the tenant accepts and was not used. Shorten it.`
  })
}
