import type { ObjectType } from '@opendirsync/contracts'

/** The most specific class in AD to our object type. A map: a class may be called like a property of every object. */
const objectTypes: ReadonlyMap<string, ObjectType> = new Map([
  ['user', 'user'],
  ['inetOrgPerson', 'user'],
  ['group', 'group'],
  ['contact', 'contact']
])

/** Undefined: objects of this class are not synchronised. */
export function objectTypeOf(objectClass: string): ObjectType | undefined {
  return objectTypes.get(objectClass)
}
