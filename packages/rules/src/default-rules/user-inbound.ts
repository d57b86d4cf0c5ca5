import type { SourceAnchorChoice } from '@opendirsync/contracts'
import { noFlow } from '../attribute-flow.ts'
import { dnsDomainOf } from '../distinguished-name.ts'
import type { InboundRule } from '../rule.ts'
import { single } from '../values.ts'
import { accountEnabled, enabledAccounts, isEnabled } from './account-state.ts'
import { type InboundFlow, inbound, inboundScope } from './declared-flow.ts'
import { userExclusions } from './exclusions.ts'
import { extensionAttributes } from './extension-attributes.ts'
import { fileTime } from './file-time.ts'
import { cut, onDemand, trimmed, trimmedIfPresent, trimmedValues } from './inbound-text.ts'
import { displayName } from './names.ts'
import { isLinkedMailbox } from './recipient-type.ts'
import { onPremisesUserPrincipalName, signInName } from './sign-in-name.ts'
import { userObjectGuid, userSourceAnchor } from './source-anchor.ts'

/** What Graph's user has a place for. */
const people = [
  'sAMAccountName',
  'givenName',
  'sn',
  'mail',
  'department',
  'company',
  'title',
  'physicalDeliveryOfficeName',
  'telephoneNumber',
  'mobile',
  'facsimileTelephoneNumber',
  'streetAddress',
  'l',
  'st',
  'postalCode',
  'co',
  'employeeID',
  'employeeType',
  'preferredLanguage'
]

/** What it has none for: they wait for a rule that reads them. */
const furtherTexts = [
  'assistant',
  'c',
  'cn',
  'countryCode',
  'homePhone',
  'initials',
  'ipPhone',
  'middleName',
  'pager',
  'wWWHomePage'
]

const cutTexts = ['description', 'info', 'postOfficeBox', 'url']

const furtherValues = [
  'otherFacsimileTelephoneNumber',
  'otherHomePhone',
  'otherIpPhone',
  'otherMobile',
  'otherPager',
  'otherTelephone'
]

const exchangeTexts = [
  'legacyExchangeDN',
  'msDS-HABSeniorityIndex',
  'msDS-PhoneticDisplayName',
  'msExchArchiveName',
  'msExchAssistantName',
  'msExchELCExpirySuspensionEnd',
  'msExchELCExpirySuspensionStart',
  'msExchELCMailboxFlags',
  'msExchEnableModeration',
  'msExchHideFromAddressLists',
  'msExchImmutableId',
  'msExchModerationFlags',
  'msExchRecipientDisplayType',
  'msExchRecipientTypeDetails',
  'msExchRequireAuthToSendTo',
  'msExchResourceCapacity',
  'msExchResourceDisplay',
  'msExchRetentionComment',
  'msExchRetentionURL',
  'targetAddress',
  'telephoneAssistant'
]

const exchangeValues = [
  'msExchResourceMetaData',
  'msExchResourceSearchProperties',
  'msExchSenderHintTranslations',
  'msExchUserHoldPolicies'
]

const lyncTexts = [
  'msRTCSIP-ApplicationOptions',
  'msRTCSIP-DeploymentLocator',
  'msRTCSIP-Line',
  'msRTCSIP-OptionFlags',
  'msRTCSIP-OwnerUrn',
  'msRTCSIP-PrimaryUserAddress',
  'msRTCSIP-UserEnabled'
]

const lastPasswordChange = inbound({
  target: 'pwdLastSet',
  sources: ['pwdLastSet'],
  how: 'as yyyyMMddHHmmss.0Z; never and unreadable are none',
  flow: ({ pwdLastSet }) => fileTime(pwdLastSet) ?? null
})

const domainFqdn = inbound({
  target: 'domainFQDN',
  sources: ['dn'],
  how: 'the domain that dn lies in',
  flow: ({ dn }) => dnsDomainOf(single(dn) ?? '') || null
})

const distinguishedName = inbound({
  target: 'distinguishedName',
  sources: ['dn'],
  how: 'dn as it is',
  flow: ({ dn }) => single(dn) ?? null
})

const sourceObjectType = inbound({
  target: 'sourceObjectType',
  sources: ['msExchRecipientTypeDetails'],
  how: '`User`; none for a linked mailbox',
  flow: ({ msExchRecipientTypeDetails }) => (isLinkedMailbox(msExchRecipientTypeDetails) ? null : 'User')
})

const hasAlias = inboundScope({
  sources: ['mailNickname'],
  text: 'mailNickname is present',
  fits: ({ mailNickname }) => single(mailNickname) !== undefined
})

/** Absent takes no room in the metaverse, for few have one. */
const division = inbound({
  target: 'division',
  sources: ['division'],
  how: 'trimmed; absent says nothing',
  connect: 'only in later versions',
  flow: values => single(values.division) ?? noFlow
})

export interface SignIn {
  readonly sourceAnchor: SourceAnchorChoice
  readonly alternateLoginId: string | undefined
}

/** Directory to metaverse. The metaverse keeps AD's names. */
export function userInbound(signIn: SignIn): readonly InboundRule[] {
  const flows = flowsOf(signIn)
  return [
    ...ofClass('user', 'User', 0, flows),
    // The same, one rank lower.
    ...ofClass('inetOrgPerson', 'InetOrgPerson', 1, flows)
  ].toSorted((one, other) => one.precedence - other.precedence)
}

type Flows = ReturnType<typeof flowsOf>

/** Made once, and the same in every rule: what a flow gives is asked once for each object. */
function flowsOf({ sourceAnchor, alternateLoginId }: SignIn) {
  const identity: readonly InboundFlow[] = [
    userSourceAnchor(sourceAnchor),
    userObjectGuid,
    signInName(alternateLoginId),
    ...[
      onPremisesUserPrincipalName,
      lastPasswordChange,
      distinguishedName,
      domainFqdn,
      trimmed('objectSid')
    ].map(onDemand)
  ]
  const ofExtension = extensionAttributes.map(trimmedIfPresent)
  const common: readonly InboundFlow[] = [
    accountEnabled,
    displayName,
    ...people.map(trimmed),
    trimmed('msExchUsageLocation'),
    division,
    trimmedValues('proxyAddresses'),
    ...ofExtension,
    onDemand(sourceObjectType),
    ...furtherTexts.map(trimmed).map(onDemand),
    ...cutTexts.map(cut).map(onDemand),
    ...furtherValues.map(trimmedValues).map(onDemand)
  ]
  const exchange: readonly InboundFlow[] = [
    trimmed('mailNickname'),
    ...ofExtension,
    ...exchangeTexts.map(trimmed).map(onDemand),
    ...exchangeValues.map(trimmedValues).map(onDemand)
  ]
  return { identity, common, exchange, lync: lyncTexts.map(trimmed).map(onDemand) }
}

function ofClass(objectClass: string, called: string, later: number, flows: Flows): InboundRule[] {
  const { identity, common, exchange, lync } = flows
  const rule = (
    what: string,
    precedence: number,
    rest: Pick<InboundRule, 'flows' | 'scope' | 'exclusions'>
  ): InboundRule => ({
    direction: 'inbound',
    origin: 'default',
    objectType: 'user',
    objectClass,
    name: `In from AD - ${called} ${what}`,
    precedence: precedence + later,
    ...rest
  })
  return [
    rule('Join', 100, { exclusions: userExclusions, flows: [] }),
    rule('AccountEnabled', 102, { scope: enabledAccounts, flows: [isEnabled, ...identity] }),
    rule('Common from Exchange', 104, { scope: hasAlias, flows: common }),
    rule('Common', 106, { flows: [...identity, ...common] }),
    rule('Exchange', 108, { scope: hasAlias, flows: exchange }),
    rule('Lync', 110, { flows: lync })
  ]
}
