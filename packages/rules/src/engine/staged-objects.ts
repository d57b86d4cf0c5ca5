import type { AttributeValues, Projection, StagedObject } from '@opendirsync/contracts'
import type { RuleSet } from './rule-set.ts'

/** Objects that tests begin with. */

export const objectGuid = '33221100-5544-7766-8899-aabbccddeeff'
/** The source anchor of that objectGUID. */
export const anchor = 'ABEiM0RVZneImaq7zN3u/w=='

export const anna: AttributeValues = {
  cn: ['Anna Berg'],
  sAMAccountName: ['aberg'],
  userPrincipalName: ['anna.berg@example.com'],
  userAccountControl: ['512'],
  displayName: ['Anna Berg']
}

const sales: AttributeValues = {
  cn: ['Sales'],
  sAMAccountName: ['Sales Team'],
  groupType: ['-2147483646']
}

const kim: AttributeValues = { cn: ['Kim'], mail: ['kim@fabrikam.com'] }

const attributesOfClass: Readonly<Record<string, AttributeValues>> = {
  user: anna,
  inetOrgPerson: anna,
  group: sales,
  contact: kim
}

export function staged(changes: Partial<StagedObject>): StagedObject {
  const { objectClass = 'user' } = changes
  return {
    connector: 'corp.example',
    objectGuid,
    dn: 'CN=Anna Berg,OU=People,DC=corp,DC=example',
    parentGuid: undefined,
    objectClass,
    deleted: false,
    attributes: attributesOfClass[objectClass] ?? {},
    revision: 1,
    synchronisedRevision: 0,
    ...changes
  }
}

/** One of these with more attributes, or others. */
export function stagedWith(objectClass: string, attributes: AttributeValues): StagedObject {
  return staged({ objectClass, attributes: { ...attributesOfClass[objectClass], ...attributes } })
}

/** What rules make of an object that is an entry by itself. @throws Error when it is not in scope */
export function projectionOf(rules: RuleSet, object: StagedObject): Projection {
  const judgement = rules.judge(object)
  if (judgement.outcome !== 'in-scope') throw new Error(`expected it in scope: ${JSON.stringify(judgement)}`)
  return rules.project([object], judgement.sourceAnchor ?? '')
}
