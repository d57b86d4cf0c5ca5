import { noFlow } from '../attribute-flow.ts'
import { flags } from '../values.ts'
import { inbound, inboundScope } from './declared-flow.ts'

/** ADS_UF_ACCOUNT_DISABLE (MS-ADTS 2.2.16). */
const accountDisable = 0x2

/**
 * AD stores "disabled" as one bit of userAccountControl; the tenant stores "enabled" as a boolean.
 * A missing value means that we may not read it, not that the account is enabled: say nothing rather
 * than switch an account on.
 */
export const accountEnabled = inbound({
  target: 'accountEnabled',
  sources: ['userAccountControl'],
  how: 'whether bit 0x2 is not set; says nothing when unreadable',
  flow({ userAccountControl }) {
    const bits = flags(userAccountControl)
    return bits === undefined ? noFlow : (bits & accountDisable) === 0
  }
})

/** The rule that holds this is for enabled accounts only. */
export const isEnabled = inbound({
  target: 'accountEnabled',
  sources: [],
  how: 'always true',
  flow: () => true
})

export const enabledAccounts = inboundScope({
  sources: ['userAccountControl'],
  text: 'userAccountControl has not bit 0x2: the account is enabled',
  fits({ userAccountControl }) {
    const bits = flags(userAccountControl)
    return bits !== undefined && (bits & accountDisable) === 0
  }
})
