import type { ObjectType } from '@opendirsync/contracts'
import { defaultRulesOf } from '../default-rules/default-rules.ts'
import type { RuleSettings } from '../rule-settings.ts'
import type { TargetType } from './target-type.ts'

/** Attributes that the default rules keep as true or false. */
const booleans = new Set(['accountEnabled', 'mailEnabled', 'securityEnabled'])

/** Attributes that the default rules keep with all of their values. */
const lists = new Set(
  (
    'proxyAddresses otherFacsimileTelephoneNumber otherHomePhone otherIpPhone otherMobile otherPager otherTelephone ' +
    'msExchResourceMetaData msExchResourceSearchProperties msExchSenderHintTranslations msExchUserHoldPolicies'
  ).split(' ')
)

/** Why an inbound rule may not write them. */
export const refusedTargets: Readonly<Record<string, string>> = {
  sourceAnchor: 'It identifies the object for life. Where it comes from is chosen in settings.sourceAnchor.',
  objectGUID: 'It identifies the object in the directory.',
  dn: 'It is a fact of the directory.',
  objectClass: 'It is a fact of the directory.',
  objectSid: 'It is a fact of the directory.'
}

/** What the metaverse has by the default rules, in the spelling of AD. */
export function attributesByDefault(settings: RuleSettings, objectType: ObjectType): ReadonlySet<string> {
  const inbound = defaultRulesOf(settings).filter(
    rule => rule.direction === 'inbound' && rule.objectType === objectType
  )
  return new Set(inbound.flatMap(({ flows }) => flows.map(({ target }) => target)))
}

/**
 * How the metaverse keeps an attribute. One that the default rules do not have is kept as it comes.
 * @param byDefault what the default rules have
 */
export function metaverseType(
  name: string,
  { directoryExtensions = [] }: RuleSettings,
  byDefault: ReadonlySet<string>
): TargetType {
  if (booleans.has(name)) return { kind: 'boolean' }
  const isList = directoryExtensions.some(
    ({ attribute, multiValued }) => attribute === name && multiValued === true
  )
  if (lists.has(name) || isList) return { kind: 'list' }
  return { kind: byDefault.has(name) ? 'text' : 'any' }
}
