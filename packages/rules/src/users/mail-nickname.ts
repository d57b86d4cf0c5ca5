import { aliasMaxLength, cleanAlias, firstAlias, localPart } from '../alias.ts'
import { noFlow, outbound } from '../attribute-flow.ts'
import { tooLong } from '../direct.ts'
import { text } from '../values.ts'

/**
 * Graph requires one. Entra's own order: mailNickname, else the prefix of mail, else of userPrincipalName. The GUID
 * serves when no name gives one.
 */
export const mailNickname = outbound({
  target: 'mailNickname',
  sources: ['mailNickname', 'mail', 'userPrincipalName', 'objectGUID'],
  flow(values) {
    const explicit = text(values.mailNickname)
    const derived = [values.mail, values.userPrincipalName].map(address => localPart(text(address) ?? ''))
    const alias = firstAlias([explicit, ...derived, text(values.objectGUID)]) ?? noFlow
    const passedOver = cleanAlias(explicit ?? '').length > aliasMaxLength
    return passedOver ? tooLong('mailNickname', aliasMaxLength, alias) : alias
  }
})
