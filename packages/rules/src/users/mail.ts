import { noFlow, outbound, warn } from '../attribute-flow.ts'
import { text } from '../values.ts'

/** Graph cannot set mail to null, so a cleared address says nothing. It refuses accents. */
export const mail = outbound({
  target: 'mail',
  sources: ['mail'],
  flow(values) {
    const address = text(values.mail)
    if (address === undefined) return noFlow
    if (/^[!-?A-~]+@[!-?A-~]+$/.test(address)) return address
    return warn({
      code: 'mail-invalid',
      attribute: 'mail',
      message: `mail "${address}" is not an address that the tenant accepts and was left out. Use name@domain without accents or spaces.`
    })
  }
})
