import type { AttributeValue } from '@opendirsync/contracts'
import { block, type Flagged, noFlow, warn } from '../attribute-flow.ts'
import { text } from '../values.ts'
import { type OutboundFlow, outbound } from './declared-flow.ts'

interface Rename {
  readonly from: string
  readonly to: string
  /** Graph's limit in characters. A longer value is left out with a warning, never cut. */
  readonly maxLength?: number
  readonly connect?: string
}

/** Metaverse to tenant under Graph's name. Absent clears. */
export function renamed({ from, to, maxLength, ...notes }: Rename): OutboundFlow {
  return outbound({
    target: to,
    sources: [from],
    how: maxLength === undefined ? 'as it is' : `up to ${maxLength}`,
    ...notes,
    flow(values) {
      const value = text(values[from])
      if (value === undefined) return null
      return maxLength !== undefined && value.length > maxLength ? tooLong(from, maxLength, noFlow) : value
    }
  })
}

/** The name that people see. Graph requires it and cannot clear it. */
export const requiredDisplayName = outbound({
  target: 'displayName',
  sources: ['displayName'],
  how: 'missing or over 256 characters blocks',
  flow({ displayName }) {
    const value = text(displayName)
    if (value === undefined) {
      return block({
        code: 'display-name-missing',
        attribute: 'displayName',
        message: 'The tenant requires a display name. Set displayName in the directory.'
      })
    }
    if (value.length <= 256) return value
    return block({
      code: 'value-too-long',
      attribute: 'displayName',
      message: 'displayName is longer than the 256 characters that the tenant accepts. Shorten it.'
    })
  }
})

export function tooLong(
  attribute: string,
  maxLength: number,
  value: AttributeValue | typeof noFlow
): Flagged {
  return warn(
    {
      code: 'value-too-long',
      attribute,
      message: `${attribute} is longer than the ${maxLength} characters that the tenant accepts and was not used. Shorten it.`
    },
    value
  )
}
