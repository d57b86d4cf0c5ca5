import { firstAlias } from '../alias.ts'
import { block, type InboundFlow, inbound, noFlow, type OutboundFlow, outbound } from '../attribute-flow.ts'
import { direct, renamed, requiredDisplayName } from '../direct.ts'
import { displayName, objectGuid } from '../names.ts'
import { sourceAnchor } from '../source-anchor.ts'
import { integer, single, text } from '../values.ts'
import { securityEnabledBit } from './group-type.ts'

/** Entra Connect keeps the first 448 characters of a description; so do we. */
const descriptionMaxLength = 448

const securityEnabled = inbound({
  target: 'securityEnabled',
  sources: ['groupType'],
  flow({ groupType }) {
    const bits = integer(groupType)
    return bits === undefined ? noFlow : (bits & securityEnabledBit) !== 0n
  }
})

/** As Entra Connect decides it: a primary SMTP address, or an address in mail. */
const mailEnabled = inbound({
  target: 'mailEnabled',
  sources: ['mail', 'proxyAddresses'],
  flow({ mail, proxyAddresses }) {
    const primary = proxyAddresses?.some(address => address.startsWith('SMTP:') && address.includes('@'))
    return primary === true || single(mail)?.includes('@') === true
  }
})

/** What a cut through a character outside the basic plane leaves: half a pair is no text, and no database takes it. */
const halfPair = /[\uD800-\uDBFF]$/

const description = inbound({
  target: 'description',
  sources: ['description'],
  flow: values => {
    const text = single(values.description)
    return text === undefined ? null : text.slice(0, descriptionMaxLength).replace(halfPair, '').trimEnd()
  }
})

/** Directory to metaverse. */
export const groupInbound: readonly InboundFlow[] = [
  sourceAnchor,
  objectGuid,
  displayName,
  securityEnabled,
  mailEnabled,
  description,
  direct('sAMAccountName'),
  direct('mail'),
  direct('mailNickname')
]

/** Graph requires an alias for security groups too. The GUID serves when no name gives one. */
const mailNicknameOut = outbound({
  target: 'mailNickname',
  sources: ['mailNickname', 'sAMAccountName', 'objectGUID'],
  flow: values =>
    firstAlias([text(values.mailNickname), text(values.sAMAccountName), text(values.objectGUID)]) ?? noFlow
})

const securityEnabledOut = outbound({ target: 'securityEnabled', sources: [], flow: () => true })

/** Graph creates no mail-enabled security group, and a plain one in its place would be a lie about its mail. */
const mailEnabledOut = outbound({
  target: 'mailEnabled',
  sources: ['mailEnabled'],
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

/** Metaverse to Graph's group. `uniqueName` is an immutable key: it makes creating a group repeatable. */
export const groupOutbound: readonly OutboundFlow[] = [
  renamed({ from: 'objectGUID', to: 'uniqueName' }),
  requiredDisplayName,
  renamed({ from: 'description', to: 'description' }),
  mailNicknameOut,
  securityEnabledOut,
  mailEnabledOut
]
