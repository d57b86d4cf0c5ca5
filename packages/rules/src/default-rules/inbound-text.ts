import { noFlow } from '../attribute-flow.ts'
import { single } from '../values.ts'
import { type InboundFlow, inbound } from './declared-flow.ts'

/** Directory to metaverse under the same name: the first value, trimmed. Absent or blank clears. */
export function trimmed(name: string): InboundFlow {
  return inbound({
    target: name,
    sources: [name],
    how: 'trimmed',
    flow: values => single(values[name]) ?? null
  })
}

/** The same, but what is absent takes no room in the metaverse. */
export function trimmedIfPresent(name: string): InboundFlow {
  return inbound({
    target: name,
    sources: [name],
    how: 'trimmed; absent says nothing',
    flow: values => single(values[name]) ?? noFlow
  })
}

/** Of a description, a URL or a post office box Entra Connect keeps so many characters; so do we. */
const keptLength = 448

/** What a cut through a character outside the basic plane leaves: half a pair is no text, and no database takes it. */
const halfPair = /[\uD800-\uDBFF]$/

export function cut(name: string): InboundFlow {
  return inbound({
    target: name,
    sources: [name],
    how: `first value, trimmed, its first ${keptLength} characters`,
    flow(values) {
      const text = single(values[name])
      if (text === undefined || text.length <= keptLength) return text ?? null
      return text.slice(0, keptLength).replace(halfPair, '').trimEnd()
    }
  })
}

/** Every value, trimmed, each once, in their order; blank ones are none. */
export function trimmedValues(name: string): InboundFlow {
  return inbound({
    target: name,
    sources: [name],
    how: 'each value trimmed and kept once',
    flow: values => distinct(values[name])
  })
}

function distinct(values: readonly string[] | undefined): readonly string[] | null {
  if (values === undefined) return null
  const kept: string[] = []
  for (const value of values) {
    const text = value.trim()
    if (text !== '' && !kept.includes(text)) kept.push(text)
  }
  return kept.length === 0 ? null : kept
}

/** A flow that waits for a rule which reads its target. */
export function onDemand(flow: InboundFlow): InboundFlow {
  return { ...flow, onDemand: true }
}
