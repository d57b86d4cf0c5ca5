import type { InboundFlow, OutboundFlow } from '../attribute-flow.ts'
import { direct, renamed, requiredDisplayName } from '../direct.ts'
import { displayName, objectGuid } from '../names.ts'
import { userSourceAnchor } from '../source-anchor.ts'
import { accountEnabled, accountEnabledOut } from './account-enabled.ts'
import { businessPhones } from './business-phones.ts'
import { mail } from './mail.ts'
import { mailNickname } from './mail-nickname.ts'
import { usageLocation } from './usage-location.ts'
import { userPrincipalName, userPrincipalNameOut } from './user-principal-name.ts'

/** Directory to metaverse. The metaverse keeps AD's names. */
export const userInbound: readonly InboundFlow[] = [
  userSourceAnchor,
  objectGuid,
  accountEnabled,
  userPrincipalName,
  displayName,
  direct('sAMAccountName'),
  direct('givenName'),
  direct('sn'),
  direct('mail'),
  direct('mailNickname'),
  direct('department'),
  direct('company'),
  direct('title'),
  direct('physicalDeliveryOfficeName'),
  direct('telephoneNumber'),
  direct('mobile'),
  direct('facsimileTelephoneNumber'),
  direct('streetAddress'),
  direct('l'),
  direct('st'),
  direct('postalCode'),
  direct('co'),
  direct('msExchUsageLocation'),
  direct('employeeID'),
  direct('employeeType'),
  direct('preferredLanguage')
]

/** Metaverse to Graph's user. Lengths are those of the user resource's reference. */
export const userOutbound: readonly OutboundFlow[] = [
  renamed({ from: 'sourceAnchor', to: 'onPremisesImmutableId' }),
  accountEnabledOut,
  userPrincipalNameOut,
  requiredDisplayName,
  mailNickname,
  mail,
  usageLocation,
  businessPhones,
  renamed({ from: 'givenName', to: 'givenName', maxLength: 64 }),
  renamed({ from: 'sn', to: 'surname', maxLength: 64 }),
  renamed({ from: 'department', to: 'department', maxLength: 64 }),
  renamed({ from: 'company', to: 'companyName', maxLength: 64 }),
  renamed({ from: 'title', to: 'jobTitle', maxLength: 128 }),
  renamed({ from: 'physicalDeliveryOfficeName', to: 'officeLocation' }),
  renamed({ from: 'mobile', to: 'mobilePhone', maxLength: 64 }),
  renamed({ from: 'facsimileTelephoneNumber', to: 'faxNumber' }),
  renamed({ from: 'streetAddress', to: 'streetAddress', maxLength: 1024 }),
  renamed({ from: 'l', to: 'city', maxLength: 128 }),
  renamed({ from: 'st', to: 'state', maxLength: 128 }),
  renamed({ from: 'postalCode', to: 'postalCode', maxLength: 40 }),
  renamed({ from: 'co', to: 'country', maxLength: 128 }),
  renamed({ from: 'employeeID', to: 'employeeId', maxLength: 16 }),
  renamed({ from: 'employeeType', to: 'employeeType' }),
  renamed({ from: 'preferredLanguage', to: 'preferredLanguage' })
]
