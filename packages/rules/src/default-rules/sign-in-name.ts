import type { Problem } from '@opendirsync/contracts'
import { block } from '../attribute-flow.ts'
import { dnsDomainOf } from '../distinguished-name.ts'
import { single, text } from '../values.ts'
import { type InboundFlow, inbound, type OutboundFlow, outbound } from './declared-flow.ts'

/** @param alternate the attribute that people sign in with in place of userPrincipalName */
export function signInName(alternate: string | undefined): InboundFlow {
  return alternate === undefined ? userPrincipalName : alternateLoginId(alternate)
}

/** Without a userPrincipalName, AD accepts sAMAccountName@domain at sign-in (MS-ADTS 5.1.1.1.1), and so do we. */
const userPrincipalName = inbound({
  target: 'userPrincipalName',
  sources: ['userPrincipalName', 'sAMAccountName', 'dn'],
  how: 'trimmed; without one sAMAccountName@domain, the domain from dn',
  flow({ userPrincipalName: explicit, sAMAccountName, dn }) {
    const name = single(explicit)
    if (name !== undefined) return name
    const account = single(sAMAccountName)
    const domain = dnsDomainOf(single(dn) ?? '')
    return account === undefined || domain === '' ? null : `${account}@${domain}`
  }
})

/** Who has none is not given another name: one that nobody told them could be anybody's. */
function alternateLoginId(attribute: string): InboundFlow {
  return inbound({
    target: 'userPrincipalName',
    sources: [attribute],
    how: 'the alternate login ID, trimmed',
    connect: 'falls back to sAMAccountName@domain',
    flow: values => single(values[attribute]) ?? null
  })
}

/** What the directory calls the userPrincipalName, beside an alternate login ID. */
export const onPremisesUserPrincipalName = inbound({
  target: 'onPremisesUserPrincipalName',
  sources: ['userPrincipalName'],
  how: 'trimmed',
  flow: values => single(values.userPrincipalName) ?? null
})

const userPart = /^[A-Za-z0-9'.\-_!#^~]+$/
const domainPart = /^[A-Za-z0-9.-]+$/

/**
 * Graph: letters, digits and ' . - _ ! # ^ ~ before the @, 64 characters there, 48 after it, 113 in all.
 *
 * @param attribute of AD, where the name comes from
 */
export function signInNameOut(attribute = 'userPrincipalName'): OutboundFlow {
  return outbound({
    target: 'userPrincipalName',
    sources: ['userPrincipalName'],
    how: 'checked: characters, form, length; a fault blocks',
    connect: 'sends it as it is; the service replaces one that it refuses by an address of its own domain',
    flow(values) {
      const name = text(values.userPrincipalName)
      if (name === undefined) {
        const message = `The user has no ${attribute} to sign in with. Set one.`
        return block({ code: 'upn-missing', attribute, message })
      }
      const fault = faultOf(name, attribute)
      return fault === undefined ? name : block(fault)
    }
  })
}

function faultOf(name: string, attribute: string): Problem | undefined {
  const at = name.lastIndexOf('@')
  const user = name.slice(0, Math.max(0, at))
  const domain = name.slice(at + 1)
  const called = `${attribute} "${name}"`
  if (at <= 0 || domain === '') {
    return {
      code: 'upn-invalid-format',
      attribute,
      message: `${called} must look like name@domain. Correct it.`
    }
  }
  if (!userPart.test(user) || !domainPart.test(domain)) {
    return {
      code: 'upn-invalid-character',
      attribute,
      message: `${called} has characters that the tenant refuses. Use letters without accents, digits and ' . - _ ! # ^ ~`
    }
  }
  if (user.endsWith('.')) {
    return {
      code: 'upn-invalid-format',
      attribute,
      message: `${called} has a dot right before the @. Remove it.`
    }
  }
  if (user.length > 64 || domain.length > 48) {
    return {
      code: 'upn-too-long',
      attribute,
      message: `${called} is too long: 64 characters before the @ and 48 after it are accepted. Shorten it.`
    }
  }
  return undefined
}
