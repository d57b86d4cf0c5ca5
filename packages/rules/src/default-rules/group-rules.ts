import { block, noFlow } from '../attribute-flow.ts'
import type { InboundRule, OutboundRule, Rule } from '../rule.ts'
import { flags, single, text } from '../values.ts'
import { firstAlias } from './alias.ts'
import { inbound, outbound } from './declared-flow.ts'
import { groupExclusions, securityEnabledBit } from './exclusions.ts'
import { extensionAttributes } from './extension-attributes.ts'
import { cut, onDemand, trimmed, trimmedValues } from './inbound-text.ts'
import { displayName } from './names.ts'
import { renamed, requiredDisplayName } from './outbound-text.ts'
import { objectGuid, sourceAnchor } from './source-anchor.ts'

const securityEnabled = inbound({
  target: 'securityEnabled',
  sources: ['groupType'],
  how: 'bit 0x80000000; says nothing when unreadable',
  flow({ groupType }) {
    const bits = flags(groupType)
    return bits === undefined ? noFlow : (bits & securityEnabledBit) !== 0
  }
})

/** As Entra Connect decides it: a primary SMTP address, or an address in mail. */
export const mailEnabled = inbound({
  target: 'mailEnabled',
  sources: ['mail', 'proxyAddresses'],
  how: 'true with an address in mail, or a primary SMTP address',
  flow({ mail, proxyAddresses }) {
    const primary = proxyAddresses?.some(address => address.startsWith('SMTP:') && address.includes('@'))
    return primary === true || single(mail)?.includes('@') === true
  }
})

/** Graph requires an alias for security groups too. The GUID serves when no name gives one. */
const mailNicknameOut = outbound({
  target: 'mailNickname',
  sources: ['mailNickname', 'sAMAccountName', 'objectGUID'],
  how: 'the first that gives an alias',
  connect: 'sends mailNickname only; the service makes an alias where there is none',
  flow: values =>
    firstAlias(text(values.mailNickname), text(values.sAMAccountName), text(values.objectGUID)) ?? noFlow
})

const securityEnabledOut = outbound({
  target: 'securityEnabled',
  sources: [],
  how: 'always true',
  flow: () => true
})

/** Graph creates no mail-enabled security group, and a plain one in its place would be a lie about its mail. */
const mailEnabledOut = outbound({
  target: 'mailEnabled',
  sources: ['mailEnabled'],
  how: 'always false; a mail-enabled group is blocked',
  connect: 'synchronises mail-enabled groups',
  flow(values) {
    if (values.mailEnabled !== true) return false
    return block({
      code: 'group-mail-enabled',
      attribute: 'mail',
      message:
        'Microsoft Graph cannot create or change mail-enabled groups, so this group is not exported. Remove its mail addresses to have it as a plain security group.'
    })
  }
})

/** What Exchange knows of a group and Graph has no place for. */
const exchangeTexts = [
  'hideDLMembership',
  'legacyExchangeDN',
  'msDS-PhoneticDisplayName',
  'msExchEnableModeration',
  'msExchGroupDepartRestriction',
  'msExchGroupJoinRestriction',
  'msExchHideFromAddressLists',
  'msExchModerationFlags',
  'msExchRecipientDisplayType',
  'msExchRecipientTypeDetails',
  'msExchRequireAuthToSendTo',
  'msExchRetentionComment',
  'msExchRetentionURL',
  'oOFReplyToOriginator',
  'reportToOriginator',
  'reportToOwner'
]

export const groupRules: readonly Rule[] = [
  inboundRule('In from AD - Group Join', 112, { exclusions: groupExclusions, flows: [mailEnabled] }),
  inboundRule('In from AD - Group Exchange', 113, {
    flows: [
      trimmed('mailNickname'),
      ...[...extensionAttributes, ...exchangeTexts].map(name => onDemand(trimmed(name)))
    ]
  }),
  inboundRule('In from AD - Group Common', 114, {
    flows: [
      sourceAnchor,
      objectGuid,
      displayName,
      securityEnabled,
      cut('description'),
      trimmed('sAMAccountName'),
      trimmed('mail'),
      trimmedValues('proxyAddresses'),
      onDemand(cut('info')),
      onDemand(trimmed('cn')),
      onDemand(trimmed('objectSid'))
    ]
  }),
  outboundRule('Out to AAD - Group Join', 139, [
    // An immutable key: it makes creating a group repeatable.
    renamed({ from: 'objectGUID', to: 'uniqueName', connect: 'has no such key' }),
    securityEnabledOut
  ]),
  outboundRule('Out to AAD - Group Identity', 140, [requiredDisplayName, mailNicknameOut, mailEnabledOut]),
  outboundRule('Out to AAD - Group ExchangeOnline', 141, [
    renamed({ from: 'description', to: 'description' })
  ])
]

function inboundRule(
  name: string,
  precedence: number,
  what: Pick<InboundRule, 'flows' | 'exclusions'>
): InboundRule {
  return { direction: 'inbound', origin: 'default', objectType: 'group', name, precedence, ...what }
}

function outboundRule(name: string, precedence: number, flows: OutboundRule['flows']): OutboundRule {
  return { direction: 'outbound', origin: 'default', objectType: 'group', name, precedence, flows }
}
