import type { ComplexValue } from '@opendirsync/contracts'
import { text } from '../values.ts'
import { outbound } from './declared-flow.ts'
import { tooLong } from './outbound-text.ts'

/** The fifteen attributes that Exchange gives every recipient for whatever its owner likes. */
export const extensionAttributes: readonly string[] = Array.from(
  { length: 15 },
  (_, index) => `extensionAttribute${index + 1}`
)

const maxLength = 1024

const cleared: ComplexValue = Object.fromEntries(extensionAttributes.map(name => [name, null]))

/**
 * All fifteen once there is one, null where there is none: what a flow says must not depend on what it said before, and
 * a part that is not named would stay in the tenant. Who has none at all, as most people, has the whole cleared, which
 * is the same to Graph and takes less room.
 */
export const onPremisesExtensionAttributes = outbound({
  target: 'onPremisesExtensionAttributes',
  sources: extensionAttributes,
  how: `all fifteen, up to ${maxLength} each; missing ones clear, and so does none at all`,
  flow(values) {
    let parts: Record<string, string | null> | undefined
    let over: string | undefined
    for (const name of extensionAttributes) {
      const value = text(values[name])
      if (value === undefined) continue
      parts ??= { ...cleared }
      if (value.length <= maxLength) parts[name] = value
      else {
        delete parts[name]
        over ??= name
      }
    }
    if (over === undefined) return parts ?? null
    return tooLong(over, maxLength, parts ?? null)
  }
})
