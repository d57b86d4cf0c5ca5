import { complexTypes, domainProperties, organizationProperties } from '../model/complex-types.ts'
import { groupProperties } from '../model/group-properties.ts'
import type { PropertyDefinition } from '../model/property-definition.ts'
import { contactProperties } from '../model/read-only-properties.ts'
import { userProperties } from '../model/user-properties.ts'
import type { GraphResponse } from './graph-request.ts'

interface EntityModel {
  readonly name: string
  readonly base: string
  readonly properties: readonly PropertyDefinition[]
  readonly navigation: readonly (readonly [name: string, type: string])[]
}

const manyObjects = 'Collection(graph.directoryObject)'

const entities: readonly EntityModel[] = [
  {
    name: 'user',
    base: 'directoryObject',
    properties: userProperties,
    navigation: [
      ['directReports', manyObjects],
      ['manager', 'graph.directoryObject'],
      ['memberOf', manyObjects],
      ['transitiveMemberOf', manyObjects]
    ]
  },
  {
    name: 'group',
    base: 'directoryObject',
    properties: groupProperties,
    navigation: [
      ['memberOf', manyObjects],
      ['members', manyObjects],
      ['owners', manyObjects],
      ['transitiveMemberOf', manyObjects],
      ['transitiveMembers', manyObjects]
    ]
  },
  {
    name: 'orgContact',
    base: 'directoryObject',
    properties: contactProperties,
    navigation: [['memberOf', manyObjects]]
  },
  { name: 'organization', base: 'directoryObject', properties: organizationProperties, navigation: [] },
  { name: 'domain', base: 'entity', properties: domainProperties, navigation: [] },
  { name: 'subscribedSku', base: 'entity', properties: [], navigation: [] },
  {
    name: 'directory',
    base: 'entity',
    properties: [],
    navigation: [['deletedItems', manyObjects]]
  }
]

const entitySets: readonly (readonly [name: string, type: string])[] = [
  ['contacts', 'orgContact'],
  ['directoryObjects', 'directoryObject'],
  ['domains', 'domain'],
  ['groups', 'group'],
  ['organization', 'organization'],
  ['subscribedSkus', 'subscribedSku'],
  ['users', 'user']
]

export function getMetadata(): GraphResponse {
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: metadataDocument }
}

/** The CSDL of what the emulator knows, made from the definitions that it works by. */
export const metadataDocument: string = [
  '<?xml version="1.0" encoding="utf-8"?>',
  '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
  '<edmx:DataServices>',
  '<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
  ...Object.entries(complexTypes).map(([name, properties]) => complexType(name, properties)),
  '<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key>' +
    '<Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>',
  '<EntityType Name="directoryObject" BaseType="graph.entity" OpenType="true">' +
    '<Property Name="deletedDateTime" Type="Edm.DateTimeOffset"/></EntityType>',
  ...entities.map(entityType),
  ...['user', 'group'].map(deltaFunction),
  '<EntityContainer Name="GraphService">',
  ...entitySets.map(([name, type]) => `<EntitySet Name="${name}" EntityType="microsoft.graph.${type}"/>`),
  '<Singleton Name="directory" Type="microsoft.graph.directory"/>',
  '</EntityContainer>',
  '</Schema>',
  '</edmx:DataServices>',
  '</edmx:Edmx>',
  ''
].join('\n')

function complexType(name: string, properties: readonly PropertyDefinition[]): string {
  return `<ComplexType Name="${name}">${properties.map(propertyElement).join('')}</ComplexType>`
}

function entityType({ name, base, properties, navigation }: EntityModel): string {
  const open = base === 'directoryObject' ? ' OpenType="true"' : ''
  const inherited = base === 'directoryObject' ? ['deletedDateTime'] : []
  const own = properties.filter(property => !inherited.includes(property.name)).map(propertyElement)
  const links = navigation.map(([each, type]) => `<NavigationProperty Name="${each}" Type="${type}"/>`)
  return `<EntityType Name="${name}" BaseType="graph.${base}"${open}>${[...own, ...links].join('')}</EntityType>`
}

function propertyElement({ name, type, collection }: PropertyDefinition): string {
  if (!collection) return `<Property Name="${name}" Type="${type}"/>`
  return `<Property Name="${name}" Type="Collection(${type})" Nullable="false"/>`
}

function deltaFunction(kind: string): string {
  const type = `Type="Collection(graph.${kind})"`
  return (
    `<Function Name="delta" IsBound="true"><Parameter Name="bindingParameter" ${type}/>` +
    `<ReturnType ${type}/></Function>`
  )
}
