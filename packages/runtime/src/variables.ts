import { type TArray, type TBoolean, type TInteger, type TSchema, type TString, Type } from 'typebox'
import type { Secret } from './secret.ts'

/** What every variable has. The description is part of the message that names a missing or wrong variable. */
export interface VariableOptions<Value> {
  readonly description: string
  readonly default?: Value
}

const secretMarker = 'x-secret'

export interface SecretOptions {
  readonly description: string
  readonly minLength?: number
  readonly pattern?: string
}

/** A credential: `NAME` holds it, or `NAME_FILE` names the file that does. It is read as a `Secret`. */
export function secret(options: SecretOptions) {
  return Type.Unsafe<Secret>(Type.String({ ...options, [secretMarker]: true }))
}

export function isSecret(schema: TSchema): boolean {
  return secretMarker in schema
}

/** An address with one of these schemes, without credentials in it. */
export function urlVariable({
  schemes = ['https'],
  ...options
}: VariableOptions<string> & { readonly schemes?: readonly string[] }): TString {
  return Type.String({ ...options, pattern: urlPattern(schemes) })
}

/** An address that may hold a password. */
export function secretUrlVariable(description: string, schemes: readonly string[]) {
  return secret({ description, pattern: urlPattern(schemes) })
}

/** A TCP port. 0 takes any free one. */
export function portVariable(options: VariableOptions<number>): TInteger {
  return Type.Integer({ ...options, minimum: 0, maximum: 65_535 })
}

/** Values with commas between them. */
export function listVariable(options: VariableOptions<string[]>): TArray<TString> {
  return Type.Array(Type.String(), { ...options })
}

/** `true` or `false`. */
export function booleanVariable(options: VariableOptions<boolean>): TBoolean {
  return Type.Boolean({ ...options })
}

/** A whole number within limits. A duration has its unit at the end of the variable's name. */
export function integerVariable(
  options: VariableOptions<number> & { readonly minimum: number; readonly maximum: number }
): TInteger {
  return Type.Integer({ ...options })
}

/** A path of a file that is read by the service itself. */
export function pathVariable(options: VariableOptions<string>): TString {
  return Type.String({ ...options, minLength: 1 })
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const LogLevel = Type.Union(
  levels.map(level => Type.Literal(level)),
  { default: 'info', description: 'The least important log lines that are written' }
)

/** What every service reads. */
export const commonVariables = {
  LOG_LEVEL: LogLevel,
  HEALTH_HOST: Type.String({ default: '127.0.0.1', description: 'The address that health is served at' }),
  HEALTH_PORT: portVariable({ default: 0, description: 'The port that health is served at; 0 takes any' })
}

/** Where state lives. */
export const POSTGRES_URL = secretUrlVariable(
  'The PostgreSQL database: postgres://user:password@host:5432/database',
  ['postgres', 'postgresql']
)

/** Where wake-ups travel. */
export const REDIS_URL = secretUrlVariable('The Redis server of the queues: redis://:password@host:6379/0', [
  'redis',
  'rediss'
])

/** How soon work is found again whose wake-up was lost. */
export const SWEEP_SECONDS = integerVariable({
  default: 5,
  minimum: 1,
  maximum: 600,
  description: 'Seconds between looks for pending work whose wake-up was lost'
})

function urlPattern(schemes: readonly string[]): string {
  return `^(${schemes.join('|')})://[^\\s/]+.*$`
}
