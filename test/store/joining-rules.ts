import type { DirectoryChange, JoinKey, Rules, StagedObject } from '@opendirsync/contracts'
import { user } from './fixtures.ts'
import { newSid } from './forest.ts'

const first = (staged: StagedObject, name: string) => staged.attributes[name]?.[0]

/** The account's forest gives the name, whoever has it the department; a mailbox that is linked is nobody alone. */
export const joiningRules: Rules = {
  judge(staged) {
    const { objectClass } = staged
    const isOut = staged.deleted || first(staged, 'optedOut') !== undefined
    if (isOut || (objectClass !== 'user' && objectClass !== 'group')) {
      return { outcome: 'out-of-scope', reason: { code: 'test', message: 'not for the tenant' } }
    }
    const master = first(staged, 'master')
    const mail = first(staged, 'joinMail')
    const joinKeys: JoinKey[] = []
    if (master !== undefined) joinKeys.push({ space: 'sid', side: 'refers', value: master })
    if (mail !== undefined) joinKeys.push({ space: 'mail', side: 'own', value: mail })
    const inScope = { outcome: 'in-scope', objectType: objectClass, joinKeys } as const
    return first(staged, 'linked') === undefined
      ? { ...inScope, sourceAnchor: first(staged, 'anchor') ?? staged.objectGuid }
      : inScope
  },
  project(contributors, anchor) {
    const enabled = contributors.filter(staged => first(staged, 'disabled') === undefined)
    const pick = (name: string, from = [...enabled, ...contributors]) =>
      from.map(staged => first(staged, name)).find(value => value !== undefined) ?? null
    const attributes = {
      displayName: pick('displayName'),
      department: pick('department'),
      anchor,
      enabled: enabled.length > 0,
      ...(pick('upn') !== null && { userPrincipalName: pick('upn') }),
      ...(pick('mail') !== null && { mail: pick('mail') })
    }
    const [{ objectClass } = { objectClass: 'user' }] = contributors
    const objectType = objectClass === 'group' ? 'group' : 'user'
    return { objectType, attributes, export: attributes, problems: [] }
  }
}

/** The same, and an account of the tenant is enabled when one of its objects is. */
export const rulesWithAccounts: Rules = {
  judge: staged => joiningRules.judge(staged),
  project(contributors, anchor) {
    const projection = joiningRules.project(contributors, anchor)
    const { enabled = null } = projection.attributes
    return { ...projection, export: { ...projection.export, accountEnabled: enabled } }
  }
}

/** An account, and its mailbox in another forest. */
export function person(name: string, mailboxAttributes: Readonly<Record<string, string[]>> = {}) {
  const objectSid = newSid()
  const account = user(name, { objectSid, attributes: { displayName: [name] } })
  const mailbox = user(`${name} (mailbox)`, {
    objectSid: newSid(),
    attributes: {
      displayName: [`${name} (mailbox)`],
      department: ['Analysis'],
      disabled: ['yes'],
      master: [objectSid],
      ...mailboxAttributes
    }
  })
  return { account, mailbox }
}

/** A changed report of an object. */
export function withAttributes(
  object: DirectoryChange,
  attributes: Readonly<Record<string, string[]>>
): DirectoryChange {
  return { ...object, attributes: { ...object.attributes, ...attributes } }
}
