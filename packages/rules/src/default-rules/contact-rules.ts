import type { InboundRule } from '../rule.ts'
import { contactExclusions } from './exclusions.ts'
import { extensionAttributes } from './extension-attributes.ts'
import { mailEnabled } from './group-rules.ts'
import { trimmed, trimmedIfPresent, trimmedValues } from './inbound-text.ts'
import { contactMailNickname, displayName } from './names.ts'
import { objectGuid, sourceAnchor } from './source-anchor.ts'

/** What is read of users anyway, and so costs nothing. */
const people = [
  'givenName',
  'sn',
  'mail',
  'company',
  'department',
  'title',
  'physicalDeliveryOfficeName',
  'telephoneNumber',
  'mobile',
  'facsimileTelephoneNumber',
  'streetAddress',
  'l',
  'st',
  'postalCode',
  'co'
]

/** Directory to metaverse. Contacts have no way out: they are read-only in Microsoft Graph. */
export const contactRules: readonly InboundRule[] = [
  rule('In from AD - Contact Join', 115, { exclusions: contactExclusions, flows: [mailEnabled] }),
  rule('In from AD - Contact Common', 116, {
    flows: [
      sourceAnchor,
      objectGuid,
      displayName,
      contactMailNickname,
      ...people.map(trimmed),
      trimmedValues('proxyAddresses'),
      ...extensionAttributes.map(trimmedIfPresent)
    ]
  })
]

function rule(
  name: string,
  precedence: number,
  what: Pick<InboundRule, 'flows' | 'exclusions'>
): InboundRule {
  return { direction: 'inbound', origin: 'default', objectType: 'contact', name, precedence, ...what }
}
