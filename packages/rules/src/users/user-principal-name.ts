import type { Problem } from '@opendirsync/contracts'
import { block, inbound, outbound } from '../attribute-flow.ts'
import { dnsDomainOf } from '../distinguished-name.ts'
import { single, text } from '../values.ts'

/** Without a userPrincipalName, AD accepts sAMAccountName@domain at sign-in (MS-ADTS 5.1.1.1.1), and so do we. */
export const userPrincipalName = inbound({
  target: 'userPrincipalName',
  sources: ['userPrincipalName', 'sAMAccountName', 'dn'],
  flow({ userPrincipalName: explicit, sAMAccountName, dn }) {
    const name = single(explicit)
    if (name !== undefined) return name
    const account = single(sAMAccountName)
    const domain = dnsDomainOf(single(dn) ?? '')
    return account === undefined || domain === '' ? null : `${account}@${domain}`
  }
})

/** Graph: letters, digits and ' . - _ ! # ^ ~ before the @, 64 characters there, 48 after it, 113 in all. */
export const userPrincipalNameOut = outbound({
  target: 'userPrincipalName',
  sources: ['userPrincipalName'],
  flow(values) {
    const name = text(values.userPrincipalName)
    if (name === undefined)
      return block(problem('upn-missing', 'The user has no userPrincipalName. Set one.'))
    const fault = faultOf(name)
    return fault === undefined ? name : block(fault)
  }
})

function faultOf(name: string): Problem | undefined {
  const at = name.lastIndexOf('@')
  const user = name.slice(0, Math.max(0, at))
  const domain = name.slice(at + 1)
  if (at <= 0 || domain === '') {
    return problem(
      'upn-invalid-format',
      `userPrincipalName "${name}" must look like name@domain. Correct it.`
    )
  }
  if (!/^[A-Za-z0-9'.\-_!#^~]+$/.test(user) || !/^[A-Za-z0-9.-]+$/.test(domain)) {
    return problem(
      'upn-invalid-character',
      `userPrincipalName "${name}" has characters that the tenant refuses. Use letters without accents, digits and ' . - _ ! # ^ ~`
    )
  }
  if (user.endsWith('.')) {
    return problem(
      'upn-invalid-format',
      `userPrincipalName "${name}" has a dot right before the @. Remove it.`
    )
  }
  if (user.length > 64 || domain.length > 48) {
    return problem(
      'upn-too-long',
      `userPrincipalName "${name}" is too long: 64 characters before the @ and 48 after it are accepted. Shorten it.`
    )
  }
  return undefined
}

function problem(code: string, message: string): Problem {
  return { code, attribute: 'userPrincipalName', message }
}
