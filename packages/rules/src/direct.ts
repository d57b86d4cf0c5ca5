import type { AttributeValue } from '@opendirsync/contracts'
import {
  block,
  type Flagged,
  type InboundFlow,
  inbound,
  noFlow,
  type OutboundFlow,
  outbound,
  warn
} from './attribute-flow.ts'
import { single, text } from './values.ts'

/** Directory to metaverse under the same name: the first value, trimmed. Absent or blank clears. */
export function direct(name: string): InboundFlow {
  return inbound({ target: name, sources: [name], flow: values => single(values[name]) ?? null })
}

interface Rename {
  readonly from: string
  readonly to: string
  /** Graph's limit in characters. A longer value is left out with a warning, never cut. */
  readonly maxLength?: number
}

/** Metaverse to tenant under Graph's name. Absent clears. */
export function renamed({ from, to, maxLength }: Rename): OutboundFlow {
  return outbound({
    target: to,
    sources: [from],
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
