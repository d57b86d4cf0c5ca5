import { complexTypes } from '../model/complex-types.ts'
import type { PropertyDefinition } from '../model/property-definition.ts'
import type { EntityType } from './entity.ts'
import { badRequest, invalidValue, readOnlyProperty } from './graph-error.ts'
import type { GraphVersion } from './graph-request.ts'

/** A value must be of the property's type: Graph's OData layer refuses it before any other rule. */
export function requireType(property: PropertyDefinition, value: unknown): void {
  if (property.collection) {
    if (!Array.isArray(value)) throw unexpectedNode(value, 'StartArray')
    for (const item of value) requireItemType(property, item)
  } else if (value !== null) {
    requireItemType(property, value)
  }
}

const javascriptTypes: Readonly<Record<string, string>> = {
  'Edm.String': 'string',
  'Edm.DateTimeOffset': 'string',
  'Edm.Boolean': 'boolean',
  'Edm.Int32': 'number',
  'Edm.Int64': 'number'
}

function requireItemType(property: PropertyDefinition, value: unknown): void {
  const expected = javascriptTypes[property.type]
  if (expected === undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw unexpectedNode(value, 'StartObject')
    }
    requireComplexType(property.type.slice('graph.'.length), Object.entries(value))
    return
  }
  if (typeof value === 'object' && value !== null) throw unexpectedNode(value, 'PrimitiveValue')
  const dateIsRead = property.type !== 'Edm.DateTimeOffset' || !Number.isNaN(Date.parse(String(value)))
  if (typeof value !== expected || !dateIsRead) {
    throw badRequest(`Cannot convert the literal '${String(value)}' to the expected type '${property.type}'.`)
  }
}

function requireComplexType(type: string, members: readonly (readonly [string, unknown])[]): void {
  for (const [name, value] of members) {
    if (name.startsWith('@odata.')) continue
    const member = complexTypes[type]?.find(each => each.name === name)
    if (member === undefined) throw unknownProperty(name, type)
    requireType(member, value)
  }
}

/** Refuses what this version of Graph only shows, or takes in the other method only. */
export function requireWritable(
  property: PropertyDefinition,
  mode: 'create' | 'update',
  version: GraphVersion
): void {
  if (property.writable === 'always' || property.writable === mode) return
  if (version === 'beta' && mode === 'update' && property.writableInBeta) return
  throw readOnlyProperty(property.name)
}

/** The rules of a property's value, apart from those that need the tenant. */
export function requireFitting(type: EntityType, property: PropertyDefinition, value: unknown): void {
  const isEmpty = value === null || value === ''
  if (isEmpty) {
    if (property.notNull || value === '') throw invalidValue(property.name, type.resource)
    return
  }
  if (!fits(property, value)) throw invalidValue(property.name, type.resource)
}

function fits(property: PropertyDefinition, value: unknown): boolean {
  if (Array.isArray(value)) {
    if (property.maxItems !== undefined && value.length > property.maxItems) return false
    return value.every(item => fitsOne(property, item))
  }
  return fitsOne(property, value)
}

function fitsOne(property: PropertyDefinition, value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return fitsComplex(property, Object.entries(value))
  if (typeof value !== 'string') return true
  if (property.maxLength !== undefined && value.length > property.maxLength) return false
  if (property.values !== undefined && !property.values.includes(value)) return false
  return property.pattern === undefined || property.pattern.test(value)
}

function fitsComplex(
  property: PropertyDefinition,
  members: readonly (readonly [string, unknown])[]
): boolean {
  const definitions = complexTypes[property.type.slice('graph.'.length)] ?? []
  return members.every(([name, value]) => {
    const member = definitions.find(each => each.name === name)
    return member === undefined || fitsOne(member, value)
  })
}

/** Names of directory extensions that no application has registered for this type. */
export function unavailableExtensions(names: readonly string[]) {
  return badRequest(`The following extension properties are not available: ${names.join(',')}.`)
}

export function unknownProperty(name: string, type: string) {
  return badRequest(
    `Property '${name}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property ` +
      'names that are defined by the type or mark the type as open type.'
  )
}

function unexpectedNode(value: unknown, expected: 'StartArray' | 'StartObject' | 'PrimitiveValue') {
  const found = Array.isArray(value)
    ? 'StartArray'
    : typeof value === 'object' && value !== null
      ? 'StartObject'
      : 'PrimitiveValue'
  return badRequest(
    `An unexpected '${found}' node was found when reading from the JSON reader. A '${expected}' node was ` +
      'expected.'
  )
}
