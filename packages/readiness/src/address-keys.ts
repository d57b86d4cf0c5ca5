import type { AddressKey as AnyKey, ObjectType, StagedObject } from '@opendirsync/contracts'
import { bodyOf, isSmtp, prefixOf } from './address/prefixed.ts'

/**
 * A value that no other object should have: in lower case, without spaces around it and without `smtp:`. Other prefixes
 * stay (`x500:/o=…`), and an account has its connector before it.
 */
export interface AddressKey extends AnyKey {
  /**
   * `address`: mail, userPrincipalName, proxyAddresses and targetAddress share one space, in the tenant too. `nickname`:
   * mailNickname. `account`: sAMAccountName, unique in its domain only.
   */
  readonly space: 'address' | 'nickname' | 'account'
}

/**
 * What of an object has to be unique. An object has each value once for each attribute that holds it: the same address in
 * mail, proxyAddresses and userPrincipalName is three keys of one value, and no duplicate.
 *
 * @param signInAttribute takes the place of userPrincipalName (alternate login ID)
 */
export function addressKeys(
  staged: Pick<StagedObject, 'attributes' | 'connector' | 'objectSid'>,
  objectType: ObjectType,
  signInAttribute = 'userPrincipalName'
): readonly AddressKey[] {
  const { attributes, connector, objectSid } = staged
  const keys: AddressKey[] = []
  if (objectType === 'user') add(keys, 'address', signInAttribute, attributes[signInAttribute]?.[0])
  if (objectType !== 'user' || signInAttribute !== 'mail') add(keys, 'address', 'mail', attributes.mail?.[0])
  for (const value of attributes.proxyAddresses ?? []) addPrefixed(keys, 'proxyAddresses', value)
  addPrefixed(keys, 'targetAddress', attributes.targetAddress?.[0])
  add(keys, 'nickname', 'mailNickname', attributes.mailNickname?.[0])
  const account = attributes.sAMAccountName?.[0]
  // A domain lets no two accounts with a SID have one name (MS-ADTS 3.1.1.5.2.2): only files can.
  if (account !== undefined && objectType !== 'contact' && typeof objectSid !== 'string') {
    const value = normal(account)
    if (value !== '') {
      keys.push({
        space: 'account',
        value: `${connector}\n${value}`,
        attribute: 'sAMAccountName',
        original: account
      })
    }
  }
  return keys
}

function addPrefixed(keys: AddressKey[], attribute: string, original: string | undefined): void {
  if (original === undefined) return
  const value = original.trim()
  if (isSmtp(value)) add(keys, 'address', attribute, original, bodyOf(value))
  else if (prefixOf(value) === undefined || bodyOf(value).trim() !== '')
    add(keys, 'address', attribute, original)
}

function add(
  keys: AddressKey[],
  space: AddressKey['space'],
  attribute: string,
  original: string | undefined,
  text = original
): void {
  if (original === undefined || text === undefined) return
  const value = normal(text)
  if (value === '') return
  for (const key of keys) if (key.value === value && key.attribute === attribute) return
  keys.push({ space, value, attribute, original })
}

function normal(text: string): string {
  return text.trim().toLowerCase()
}
