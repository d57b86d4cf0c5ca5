import { graphDateTime } from '../clock.ts'
import { isExtensionName } from '../model/extension-properties.ts'
import { groupProperties } from '../model/group-properties.ts'
import { type PropertyDefinition, text } from '../model/property-definition.ts'
import { contactProperties, directoryRoleProperties } from '../model/read-only-properties.ts'
import { userProperties } from '../model/user-properties.ts'
import type { DirectoryEntry, EntryKind } from '../state/directory-entry.ts'
import { malformed } from './graph-error.ts'

/** What the Graph side knows of one kind of object. */
export interface EntityType {
  readonly kind: EntryKind
  /** As refusals spell it. */
  readonly resource: 'User' | 'Group' | 'Contact' | 'DirectoryRole'
  /** In the metadata, and in `@odata.type`. */
  readonly name: 'user' | 'group' | 'orgContact' | 'directoryRole'
  readonly entitySet: 'users' | 'groups' | 'contacts' | 'directoryRoles'
  readonly properties: ReadonlyMap<string, PropertyDefinition>
  readonly defaults: readonly PropertyDefinition[]
}

export const entityTypes: Readonly<Record<EntryKind, EntityType>> = {
  user: entityType('user', ['User', 'user', 'users'], userProperties),
  group: entityType('group', ['Group', 'group', 'groups'], groupProperties),
  contact: entityType('contact', ['Contact', 'orgContact', 'contacts'], contactProperties),
  directoryRole: entityType(
    'directoryRole',
    ['DirectoryRole', 'directoryRole', 'directoryRoles'],
    directoryRoleProperties
  )
}

/** Which properties an answer shows. `id` is among them unless a `$select` leaves it out. */
export interface Selection {
  readonly properties: readonly PropertyDefinition[]
  readonly id: boolean
  /** Relationships that were named (delta queries follow them). */
  readonly relationships: readonly string[]
  readonly explicit: boolean
}

const relationshipNames: Readonly<Record<EntryKind, readonly string[]>> = {
  user: ['manager', 'directReports', 'memberOf', 'transitiveMemberOf'],
  group: ['members', 'owners', 'memberOf', 'transitiveMembers', 'transitiveMemberOf'],
  contact: ['manager', 'directReports', 'memberOf', 'transitiveMemberOf'],
  directoryRole: ['members']
}

export function selection(type: EntityType, select: string | undefined): Selection {
  if (select === undefined) return defaultSelections[type.kind]
  const names = select.split(',').map(name => name.trim())
  const properties: PropertyDefinition[] = []
  const relationships: string[] = []
  for (const name of names) {
    const property = type.properties.get(name) ?? (isExtensionName(name) ? text(name) : undefined)
    if (property !== undefined) properties.push(property)
    else if (relationshipNames[type.kind].includes(name)) relationships.push(name)
    else if (name !== 'id') {
      const what = `Could not find a property named '${name}' on type 'microsoft.graph.${type.name}'.`
      throw malformed(`Parsing OData Select and Expand failed: ${what}`)
    }
  }
  return { properties, id: names.includes('id'), relationships, explicit: true }
}

/** The object as an answer shows it. Text that has no value is null, a collection empty. */
export function render(entry: DirectoryEntry, shown: Selection): Record<string, unknown> {
  const view: Record<string, unknown> = shown.id ? { id: entry.id } : {}
  for (const property of shown.properties) view[property.name] = propertyValue(entry, property)
  return view
}

export function propertyValue(entry: DirectoryEntry, property: PropertyDefinition): unknown {
  if (property.name === 'deletedDateTime') {
    return entry.deletedAtMs === undefined ? null : graphDateTime(entry.deletedAtMs)
  }
  return entry.properties[property.name] ?? (property.collection ? [] : null)
}

/** The object in a list of mixed types: its type is told. */
export function renderTyped(entry: DirectoryEntry, shown?: Selection): Record<string, unknown> {
  const view = render(entry, shown ?? selection(entityTypes[entry.kind], undefined))
  return { '@odata.type': odataTypeOf(entry.kind), ...view }
}

export function odataTypeOf(kind: EntryKind): string {
  return `#microsoft.graph.${entityTypes[kind].name}`
}

function entityType(
  kind: EntryKind,
  [resource, name, entitySet]: readonly [EntityType['resource'], EntityType['name'], EntityType['entitySet']],
  properties: readonly PropertyDefinition[]
): EntityType {
  return {
    kind,
    resource,
    name,
    entitySet,
    properties: new Map(properties.map(property => [property.name, property])),
    defaults: properties.filter(property => property.returnedByDefault)
  }
}

const defaultSelections: Readonly<Record<EntryKind, Selection>> = {
  user: defaultSelection('user'),
  group: defaultSelection('group'),
  contact: defaultSelection('contact'),
  directoryRole: defaultSelection('directoryRole')
}

function defaultSelection(kind: EntryKind): Selection {
  return { properties: entityTypes[kind].defaults, id: true, relationships: [], explicit: false }
}
