import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { expectation, readVariable } from './read-variable.ts'
import { isSecret } from './variables.ts'

/** Variables are missing or wrong. The message names all of them, says what was expected and prints no value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  /** One sentence for each variable. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable. ${problems.join(' ')}`)
    this.problems = problems
  }
}

/**
 * Reads the variables that the schema names, coerces and checks them, and freezes the result.
 * An empty variable counts as missing; variables that the schema does not name are ignored.
 * @throws ConfigurationError
 */
export function loadConfig<Properties extends TProperties>(
  schema: TObject<Properties>,
  environment: Readonly<Record<string, string | undefined>> = process.env
): Readonly<Static<TObject<Properties>>> {
  const problems = certificateSwitch(environment)
  const values: Record<string, unknown> = {}

  for (const [name, property] of Object.entries<TSchema>(schema.properties)) {
    const reading = readVariable(name, property, environment)
    if ('value' in reading) values[name] = Object.freeze(reading.value)
    else if ('fault' in reading) problems.push(`${reading.fault}${described(property)}.`)
    else if (!Type.IsOptional(property)) problems.push(missing(name, property))
  }

  if (problems.length > 0) throw new ConfigurationError(problems)
  return Object.freeze(values) as Readonly<Static<TObject<Properties>>>
}

/** Node's switch would take any certificate for Graph's, and a token with it. */
function certificateSwitch(environment: Readonly<Record<string, string | undefined>>): string[] {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return []
  return [
    'NODE_TLS_REJECT_UNAUTHORIZED is 0, which switches the checking of certificates off: remove it, and name the CA file instead.'
  ]
}

function missing(name: string, schema: TSchema): string {
  const places = isSecret(schema) ? ` (or ${name}_FILE, a file that holds it)` : ''
  return `${name} is missing${places}: expected ${expectation(schema)}${described(schema)}.`
}

function described(schema: TSchema): string {
  const { description } = schema as { description?: string }
  return description === undefined ? '' : ` (${description})`
}
