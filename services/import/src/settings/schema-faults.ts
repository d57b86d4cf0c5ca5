import type { LocatedYaml, Path } from '@opendirsync/located-yaml'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Fault } from './fault.ts'

/** What of the value at `path` is not of the schema, in words that a person can act on. No value is repeated. */
export function schemaFaults(schema: TSchema, value: unknown, path: Path, file: LocatedYaml): Fault[] {
  const found: Fault[] = []
  const told = new Set<string>()
  for (const error of Compile(schema).Errors(value)) {
    const parts = partsOf(error.instancePath)
    const at = [...path, ...parts]
    if (error.keyword === 'additionalProperties') {
      for (const name of error.params.additionalProperties)
        found.push({
          place: file.placeOf([...at, name], { key: true }),
          text: unknownKey(name, schemaAt(schema, parts))
        })
    } else if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        const described = describe(schemaAt(schema, [...parts, name]))
        found.push({ place: file.placeOf(at), text: `${named([...parts, name])} is missing${described}.` })
      }
    } else if (error.keyword !== 'boolean' && !told.has(error.instancePath)) {
      // A choice of literals gives an error for each of them, and an unknown key one more ("boolean").
      told.add(error.instancePath)
      const wanted = schemaAt(schema, parts)
      found.push({
        place: file.placeOf(at),
        text: `${named(parts)} is not ${expectation(wanted)}${describe(wanted)}.`
      })
    }
  }
  return found
}

function unknownKey(name: string, schema: Facts | undefined): string {
  if (/^(bind)?pass(word|wd)?$/i.test(name)) {
    return 'a password has no place in this file: put it into a file of its own, and name that in passwordFile.'
  }
  const known = Object.keys(schema?.properties ?? {})
  return `${name} is not known here; known are ${known.join(', ')}.`
}

interface Facts {
  readonly type?: string
  readonly description?: string
  readonly const?: string
  readonly anyOf?: readonly Facts[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: Readonly<Record<string, Facts>>
  readonly patternProperties?: Readonly<Record<string, Facts>>
  readonly items?: Facts
}

function expectation({
  type,
  const: constant,
  anyOf,
  minimum,
  maximum,
  uniqueItems,
  properties
}: Facts): string {
  if (constant !== undefined) return constant
  if (anyOf !== undefined) return `one of ${anyOf.map(choice => choice.const).join(', ')}`
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return `a list of at least one value${uniqueItems === true ? ', each once' : ''}`
  if (type === 'object')
    return properties === undefined ? 'a map' : `a map of ${Object.keys(properties).join(', ')}`
  return 'a text of the right form'
}

function describe(schema: Facts): string {
  return schema.description === undefined ? '' : ` (${schema.description})`
}

function named(parts: readonly string[]): string {
  if (parts.length === 0) return 'this connector'
  return parts
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}

function partsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function schemaAt(schema: TSchema, parts: readonly string[]): Facts {
  let at: Facts = schema
  for (const part of parts) at = at.properties?.[part] ?? at.items ?? firstOf(at.patternProperties) ?? {}
  return at
}

function firstOf(schemas: Facts['patternProperties']): Facts | undefined {
  return Object.values(schemas ?? {})[0]
}
