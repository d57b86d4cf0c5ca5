import type { InboundFlow } from '../attribute-flow.ts'
import { direct } from '../direct.ts'
import { displayName, objectGuid } from '../names.ts'
import { sourceAnchor } from '../source-anchor.ts'

/** Directory to metaverse. Contacts have no way out: they are read-only in Microsoft Graph. */
export const contactInbound: readonly InboundFlow[] = [
  sourceAnchor,
  objectGuid,
  displayName,
  direct('givenName'),
  direct('sn'),
  direct('mail'),
  direct('mailNickname'),
  direct('company'),
  direct('telephoneNumber')
]
