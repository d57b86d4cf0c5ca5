import type { AttributeValues } from '@opendirsync/contracts'
import { enabledAccount, isAccountState } from './account-state.ts'

/**
 * A person's attributes with what every user of AD has, where no column gives it: a name to show, an account
 * name, and whether the account is enabled.
 */
export function completedAttributes(
  given: ReadonlyMap<string, readonly string[]>,
  anchor: string
): AttributeValues {
  const names = ['givenName', 'sn'].flatMap(name => given.get(name)?.[0] ?? [])
  const joined = names.length === 0 ? undefined : [names.join(' ')]
  const shown = given.get('displayName') ?? given.get('cn') ?? given.get('name') ?? joined ?? [anchor]
  const account = given.get('accountEnabled') ?? given.get('accountDisabled') ?? [enabledAccount]
  const attributes: Record<string, readonly string[]> = {
    cn: shown,
    name: shown,
    sAMAccountName: [anchor],
    userAccountControl: account
  }
  for (const [name, values] of given) {
    if (name !== 'manager' && !isAccountState(name)) attributes[name] = values
  }
  return attributes
}
