import { isBinaryAttribute } from './binary-attributes.ts'

/** How the values of an attribute are to be read. */
export type AttributeSyntax = 'binary' | 'dn' | 'text'

/**
 * Attributes whose values are DNs, in lower case, which the extended-DN control puts a GUID before. A text may
 * look just like that, and is a text all the same; so only the name tells. From the schema (MS-ADA1 to MS-ADA3):
 * syntax Object(DS-DN), as far as they have one value or few and tell about people, groups and containers.
 */
const dnAttributes = new Set([
  'assistant',
  'defaultobjectcategory',
  'directreports',
  'distinguishedname',
  'lastknownparent',
  'managedby',
  'managedobjects',
  'manager',
  'member',
  'memberof',
  'msds-assignedauthnpolicy',
  'msds-assignedauthnpolicysilo',
  'msds-primarycomputer',
  'msds-resultantpso',
  'objectcategory',
  'owner',
  'roleoccupant',
  'secretary',
  'seealso',
  'serverreferencebl'
])

/** @param name in lower case, without options */
export function syntaxOf(name: string): AttributeSyntax {
  if (isBinaryAttribute(name)) return 'binary'
  return dnAttributes.has(name) ? 'dn' : 'text'
}
