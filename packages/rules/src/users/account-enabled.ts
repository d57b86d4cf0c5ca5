import { block, inbound, noFlow, outbound } from '../attribute-flow.ts'
import { integer } from '../values.ts'

/** ADS_UF_ACCOUNT_DISABLE (MS-ADTS 2.2.16). */
const accountDisable = 0x2n

/**
 * AD stores "disabled" as one bit of userAccountControl; the tenant stores "enabled" as a boolean.
 * A missing value means that we may not read it, not that the account is enabled: say nothing rather
 * than switch an account on.
 */
export const accountEnabled = inbound({
  target: 'accountEnabled',
  sources: ['userAccountControl'],
  flow({ userAccountControl }) {
    const bits = integer(userAccountControl)
    return bits === undefined ? noFlow : (bits & accountDisable) === 0n
  }
})

/** As in Entra Connect, whose export scope requires that accountEnabled is present: nothing is created in an unknown state. */
export const accountEnabledOut = outbound({
  target: 'accountEnabled',
  sources: ['accountEnabled'],
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
