import { isExtensionName } from '../model/extension-properties.ts'
import type { PropertyDefinition } from '../model/property-definition.ts'
import type { EntityType } from './entity.ts'
import { badRequest, malformed } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'
import {
  requireFitting,
  requireType,
  requireWritable,
  unavailableExtensions,
  unknownProperty
} from './property-values.ts'

/** A request body taken apart: what it sets, and what it refers to. */
export interface Body {
  readonly properties: Record<string, unknown>
  /** Relationship name to the ids that `<name>@odata.bind` points at. */
  readonly binds: ReadonlyMap<string, readonly string[]>
}

/** The JSON object of a request, or a refusal. */
export function bodyObject(request: GraphRequest): Record<string, unknown> {
  const { body } = request
  if (body === undefined)
    throw malformed('Write requests (excluding DELETE) must contain the Content-Type header declaration.')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw malformed('Empty Payload. JSON content expected.')
  }
  return Object.fromEntries(Object.entries(body))
}

const noBinds: ReadonlyMap<string, readonly string[]> = new Map()

/**
 * Checks a body against the type: names, value types, what is read-only, the rules of each value and, for
 * `create`, what must be there.
 */
export function readBody(request: GraphRequest, type: EntityType, mode: 'create' | 'update'): Body {
  const properties: Record<string, unknown> = {}
  const definitions: PropertyDefinition[] = []
  const unavailable: string[] = []
  let binds: Map<string, readonly string[]> | undefined
  for (const [name, value] of Object.entries(bodyObject(request))) {
    if (name.startsWith('@odata.')) continue
    if (name.endsWith('@odata.bind')) {
      binds ??= new Map()
      binds.set(name.slice(0, -'@odata.bind'.length), referencedIds(value))
      continue
    }
    const property = type.properties.get(name) ?? request.tenant.extensions.definitionOf(name, type.resource)
    if (property === undefined) {
      if (!isExtensionName(name)) throw unknownProperty(name, type.name)
      unavailable.push(name)
      continue
    }
    requireType(property, value)
    definitions.push(property)
    properties[name] = value
  }
  if (unavailable.length > 0) throw unavailableExtensions(unavailable)
  for (const property of definitions) {
    requireWritable(property, mode, request.version)
    requireFitting(type, property, properties[property.name])
  }
  if (mode === 'create') requirePresent(type, properties)
  return { properties, binds: binds ?? noBinds }
}

function requirePresent(type: EntityType, properties: Record<string, unknown>): void {
  for (const property of type.properties.values()) {
    if (property.required && properties[property.name] === undefined) {
      throw badRequest(
        `A value is required for property '${property.name}' of resource '${type.resource}'.`,
        [{ code: 'MissingProperty', target: property.name }]
      )
    }
  }
}

function referencedIds(value: unknown): string[] {
  const references = Array.isArray(value) ? value : [value]
  return references.map(referencedId)
}

/** `…/directoryObjects/{id}`, `…/users/{id}`, `…/users('{id}')`: the id that a reference ends in. */
function referencedId(reference: unknown): string {
  const match = typeof reference === 'string' ? referencePattern.exec(reference) : null
  const id = match?.[1] ?? match?.[2]
  if (id === undefined) throw badRequest('Invalid URL format specified in @odata.id.')
  return decodeURIComponent(id)
}

const referencePattern =
  /(?:^|\/)(?:directoryObjects|users|groups|contacts|devices)(?:\/([^/?()]+)|\('([^']+)'\))$/i

/** The id that `{"@odata.id": "…"}` refers to. */
export function referenceBody(request: GraphRequest): string {
  const reference = bodyObject(request)['@odata.id']
  if (reference === undefined) throw malformed("The request body must contain '@odata.id'.")
  return referencedId(reference)
}
