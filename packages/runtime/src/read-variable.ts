import { readFileSync } from 'node:fs'
import { faults } from '@opendirsync/contracts'
import type { TSchema } from 'typebox'
import { Secret } from './secret.ts'
import { isSecret } from './variables.ts'

/** One variable as read: a value, nothing at all, or what is wrong with it. */
export type Reading = { readonly value: unknown } | { readonly absent: true } | { readonly fault: string }

type Environment = Readonly<Record<string, string | undefined>>

/** Reads and checks one variable. What is wrong is told without its value. */
export function readVariable(name: string, schema: TSchema, environment: Environment): Reading {
  const raw = isSecret(schema) ? readSecret(name, environment) : textOf(environment[name])
  if (typeof raw === 'object') return raw
  if (raw === undefined) return 'default' in schema ? { value: schema.default } : { absent: true }

  const value = coerce(schema, raw)
  if (faults(schema, value).length > 0) return { fault: `${name} is not ${expectation(schema)}` }
  return { value: isSecret(schema) ? new Secret(raw, () => readAgain(name, environment)) : value }
}

function readAgain(name: string, environment: Environment): string | undefined {
  const read = readSecret(name, environment)
  return typeof read === 'object' ? undefined : read
}

/** What a value of this schema looks like, to end a sentence with. */
export function expectation(schema: TSchema): string {
  const choices = choicesOf(schema)
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  const facts = schema as Facts
  if (facts.type === 'integer' || facts.type === 'number') return numberExpectation(facts)
  if (facts.type === 'boolean') return 'true or false'
  if (facts.type === 'array') return 'a list with commas between its values'
  const scheme = facts.pattern?.match(/^\^\((.+)\):\/\//)?.[1]
  if (scheme !== undefined) return `an address that begins with ${scheme.replaceAll('|', ':// or ')}://`
  if (facts.minLength !== undefined && facts.minLength > 1)
    return `at least ${facts.minLength} characters long`
  return facts.pattern === undefined ? 'a text' : `a text that matches ${facts.pattern}`
}

interface Facts {
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly pattern?: string
  readonly items?: TSchema
  readonly const?: unknown
  readonly anyOf?: readonly Facts[]
  readonly enum?: readonly unknown[]
}

// An empty variable is a variable that is not set: compose files and manifests produce them.
function textOf(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}

function readSecret(name: string, environment: Environment): string | undefined | { fault: string } {
  const direct = textOf(environment[name])
  const path = textOf(environment[`${name}_FILE`])
  if (path === undefined) return direct
  if (direct !== undefined) return { fault: `${name} and ${name}_FILE are both set; remove one of them` }
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    return text === '' ? { fault: `${name}_FILE names an empty file` } : text
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { fault: `${name}_FILE names a file that cannot be read (${code ?? 'unknown error'})` }
  }
}

function coerce(schema: TSchema, raw: string): unknown {
  const { type, items } = schema as Facts
  if (type === 'integer' || type === 'number') return raw.trim() === '' ? raw : Number(raw)
  if (type === 'boolean') return booleans.get(raw.trim().toLowerCase()) ?? raw
  if (type === 'array') return partsOf(raw).map(part => (items === undefined ? part : coerce(items, part)))
  return raw
}

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false]
])

function partsOf(raw: string): string[] {
  return raw
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

function choicesOf(schema: TSchema): readonly unknown[] | undefined {
  const facts = schema as Facts
  if (facts.enum !== undefined) return facts.enum
  if (facts.const !== undefined) return [facts.const]
  const constants = facts.anyOf?.map(choice => choice.const)
  return constants?.every(constant => constant !== undefined) === true ? constants : undefined
}

function numberExpectation({ type, minimum, maximum }: Facts): string {
  const noun = type === 'integer' ? 'a whole number' : 'a number'
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`
  if (minimum !== undefined) return `${noun} of at least ${minimum}`
  return maximum === undefined ? noun : `${noun} of at most ${maximum}`
}
