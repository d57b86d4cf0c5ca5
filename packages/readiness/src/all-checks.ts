import type { ObjectType } from '@opendirsync/contracts'
import type { AttributePlan, CheckFacts, ObjectCheck } from './check.ts'
import { accountName } from './checks/account-name.ts'
import { addressList } from './checks/address-list.ts'
import { mail } from './checks/mail.ts'
import { mailNickname } from './checks/mail-nickname.ts'
import { proxyAddresses, targetAddress } from './checks/prefixed-address.ts'
import { missingSignInName, signInName } from './checks/sign-in-name.ts'
import { sizes } from './checks/sizes.ts'
import { missingNames, names, texts } from './checks/text.ts'

/** To be raised with each change of what is found or proposed: objects are then looked at again. */
export const readinessChecksVersion = 1

const plans: readonly AttributePlan[] = [
  signInName,
  accountName,
  mailNickname,
  mail,
  proxyAddresses,
  targetAddress,
  ...names,
  ...texts
]

const objectChecks: readonly ObjectCheck[] = [...missingSignInName, ...missingNames, ...addressList, ...sizes]

export interface ChecksOfType {
  readonly plans: readonly AttributePlan[]
  readonly objectChecks: readonly ObjectCheck[]
}

const ofTypes = new Map<string, ChecksOfType>()

/** What is checked of an object type, where `signInAttribute` takes the place of userPrincipalName. */
export function checksFor(objectType: ObjectType, signInAttribute = 'userPrincipalName'): ChecksOfType {
  const key = `${objectType} ${signInAttribute}`
  let checks = ofTypes.get(key)
  if (checks === undefined) {
    checks = {
      plans: plans
        .filter(plan => plan === signInName || plan.attribute !== signInAttribute || objectType !== 'user')
        .filter(({ objectTypes }) => objectTypes.includes(objectType))
        .map(plan => (plan === signInName ? { ...plan, attribute: signInAttribute } : plan)),
      objectChecks: objectChecks.filter(({ objectTypes }) => objectTypes.includes(objectType))
    }
    ofTypes.set(key, checks)
  }
  return checks
}

/** Every check of one object, for the table of the documentation: equal ones of several attributes are one row. */
export const allChecks: readonly CheckFacts[] = merged([
  ...plans.flatMap(({ checks }) => checks),
  ...objectChecks
])

function merged(checks: readonly CheckFacts[]): readonly CheckFacts[] {
  const rows = new Map<string, CheckFacts>()
  for (const check of checks) {
    const like = `${check.code}\n${check.severity}\n${check.objectTypes.join()}\n${check.why}\n${check.mends ?? ''}`
    const row = rows.get(like)
    const attributes = [...new Set([...(row?.attributes ?? []), ...check.attributes])]
    rows.set(like, { ...check, attributes })
  }
  return [...rows.values()]
}

/** Every attribute that a check reads, sorted. What is not staged is simply not checked. */
export const readinessAttributes: readonly string[] = [
  ...new Set([...allChecks.flatMap(({ attributes }) => attributes), 'cn', 'name'])
].sort()
