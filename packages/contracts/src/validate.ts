import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

const compiled = new WeakMap<TSchema, Validator>()

/** One line for each fault: where it is and what was expected. It never repeats the value. */
export function faults(schema: TSchema, value: unknown): string[] {
  const validator = validatorOf(schema)
  if (validator.Check(value)) return []
  return validator.Errors(value).map(error => `${error.instancePath || '(the whole)'} ${error.message}`)
}

/** True when the value is of the schema, with its type narrowed. */
export function matches<Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> {
  return validatorOf(schema).Check(value)
}

function validatorOf(schema: TSchema): Validator {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const validator = Compile(schema)
  compiled.set(schema, validator)
  return validator
}
