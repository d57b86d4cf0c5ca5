import { block, noFlow, warn } from '../attribute-flow.ts'
import type { OutboundRule } from '../rule.ts'
import { text } from '../values.ts'
import { aliasMaxLength, cleanAlias, firstAlias, localPart } from './alias.ts'
import { type OutboundFlow, outbound } from './declared-flow.ts'
import { onPremisesExtensionAttributes } from './extension-attributes.ts'
import { renamed, requiredDisplayName, tooLong } from './outbound-text.ts'
import { signInNameOut } from './sign-in-name.ts'

/** As in Entra Connect, whose export scope requires that accountEnabled is present: nothing is created in an unknown state. */
const accountEnabledOut = outbound({
  target: 'accountEnabled',
  sources: ['accountEnabled'],
  how: 'unknown blocks',
  flow({ accountEnabled: enabled }) {
    if (typeof enabled === 'boolean') return enabled
    return block({
      code: 'account-state-unreadable',
      attribute: 'userAccountControl',
      message:
        'userAccountControl cannot be read, so it is not known whether the account is enabled. Give the service account the right to read it.'
    })
  }
})

const immutableId = outbound({
  target: 'onPremisesImmutableId',
  sources: ['sourceAnchor'],
  how: 'set at creation, never changed; none blocks',
  flow({ sourceAnchor }) {
    const anchor = text(sourceAnchor)
    if (anchor !== undefined) return anchor
    return block({
      code: 'source-anchor-missing',
      attribute: 'msExchRecipientTypeDetails',
      message:
        'This is a linked mailbox, whose account is in another forest. Connect the forest of the account to have the person synchronised.'
    })
  }
})

const twoLetters = /^[A-Z]{2}$/

/** ISO 3166 alpha-2. Not nullable in Graph, and ignored by Entra Connect's rules when empty. */
const usageLocation = outbound({
  target: 'usageLocation',
  sources: ['msExchUsageLocation'],
  how: 'two letters, in upper case; missing says nothing',
  connect: 'knows the value from the tenant only',
  flow({ msExchUsageLocation }) {
    const country = text(msExchUsageLocation)?.toUpperCase()
    if (country === undefined) return noFlow
    if (twoLetters.test(country)) return country
    return warn({
      code: 'usage-location-invalid',
      attribute: 'msExchUsageLocation',
      message: `msExchUsageLocation "${country}" is not a two-letter country code and was left out. Correct it.`
    })
  }
})

const address = /^[!-?A-~]+@[!-?A-~]+$/

/** Graph cannot set mail to null, so a cleared address says nothing. It refuses accents. */
const mail = outbound({
  target: 'mail',
  sources: ['mail'],
  how: 'ASCII with one @; missing says nothing, since Graph cannot clear it',
  flow(values) {
    const value = text(values.mail)
    if (value === undefined) return noFlow
    if (address.test(value)) return value
    return warn({
      code: 'mail-invalid',
      attribute: 'mail',
      message: `mail "${value}" is not an address that the tenant accepts and was left out. Use name@domain without accents or spaces.`
    })
  }
})

/** Graph requires one. Entra's own order, when it is not told; the GUID serves when no name gives one. */
const mailNickname = outbound({
  target: 'mailNickname',
  sources: ['mailNickname', 'mail', 'userPrincipalName', 'objectGUID'],
  how: 'the first that gives an alias of 64 characters or fewer, without accents and refused characters; of addresses the part before the @',
  connect: 'sends mailNickname only; the service makes an alias where there is none',
  flow(values) {
    const explicit = text(values.mailNickname)
    const alias =
      firstAlias(explicit) ??
      firstAlias(partOf(values.mail), partOf(values.userPrincipalName), text(values.objectGUID)) ??
      noFlow
    const passedOver =
      explicit !== undefined &&
      explicit.length > aliasMaxLength &&
      cleanAlias(explicit).length > aliasMaxLength
    return passedOver ? tooLong('mailNickname', aliasMaxLength, alias) : alias
  }
})

/** A collection in Graph that holds one value at most; the empty collection clears it. */
const businessPhones = outbound({
  target: 'businessPhones',
  sources: ['telephoneNumber'],
  how: 'a list of one; missing empties it',
  flow({ telephoneNumber }) {
    const number = text(telephoneNumber)
    return number === undefined ? [] : [number]
  }
})

/** Graph wants both parts each time. AD has no attribute for the cost center: a rule of one's own may give it. */
const employeeOrgData = outbound({
  target: 'employeeOrgData',
  sources: ['division', 'costCenter'],
  how: 'both parts once there is one of them; none says nothing',
  connect: 'only in later versions',
  flow(values) {
    const division = text(values.division) ?? null
    const costCenter = text(values.costCenter) ?? null
    return division === null && costCenter === null ? noFlow : { division, costCenter }
  }
})

function partOf(value: Parameters<typeof text>[0]): string | undefined {
  const whole = text(value)
  return whole === undefined ? undefined : localPart(whole)
}

const later = 'only in later versions'

/** What Kerberos, Windows Hello for Business and App Proxy find a person's account on-premises by. */
const onPremises: readonly OutboundFlow[] = [
  renamed({ from: 'distinguishedName', to: 'onPremisesDistinguishedName' }),
  renamed({ from: 'domainFQDN', to: 'onPremisesDomainName' }),
  renamed({ from: 'sAMAccountName', to: 'onPremisesSamAccountName' }),
  renamed({ from: 'objectSid', to: 'onPremisesSecurityIdentifier' }),
  renamed({ from: 'onPremisesUserPrincipalName', to: 'onPremisesUserPrincipalName' })
]

interface UserOutboundSettings {
  readonly alternateLoginId: string | undefined
  readonly onPremisesAttributes: boolean
}

/** Metaverse to Graph's user. Lengths are those of the user resource's reference. */
export function userOutbound({
  alternateLoginId,
  onPremisesAttributes
}: UserOutboundSettings): readonly OutboundRule[] {
  return [
    rule('Out to AAD - User Join', 123, [immutableId, accountEnabledOut, usageLocation]),
    rule('Out to AAD - User Identity', 124, [
      signInNameOut(alternateLoginId),
      requiredDisplayName,
      mailNickname,
      mail,
      renamed({ from: 'givenName', to: 'givenName', maxLength: 64 }),
      renamed({ from: 'sn', to: 'surname', maxLength: 64 }),
      renamed({ from: 'employeeID', to: 'employeeId', maxLength: 16, connect: later }),
      renamed({ from: 'employeeType', to: 'employeeType', connect: later }),
      employeeOrgData,
      ...(onPremisesAttributes ? onPremises : [])
    ]),
    rule('Out to AAD - User ExchangeOnline', 125, [
      businessPhones,
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
      onPremisesExtensionAttributes
    ]),
    rule('Out to AAD - User DynamicsCRM', 126, [
      renamed({ from: 'preferredLanguage', to: 'preferredLanguage' })
    ])
  ]
}

function rule(name: string, precedence: number, flows: OutboundRule['flows']): OutboundRule {
  return { direction: 'outbound', origin: 'default', objectType: 'user', name, precedence, flows }
}
