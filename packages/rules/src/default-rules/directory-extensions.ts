import { noFlow } from '../attribute-flow.ts'
import type { Flow, InboundRule, OutboundRule, Rule } from '../rule.ts'
import type { DirectoryExtension } from '../rule-settings.ts'
import { text } from '../values.ts'
import { type InboundFlow, type OutboundFlow, outbound } from './declared-flow.ts'
import { trimmed, trimmedValues } from './inbound-text.ts'
import { tooLong } from './outbound-text.ts'

/** Graph's limit for a value of an extension property. */
const maxLength = 250

const called = { user: 'User', group: 'Group' } as const

/**
 * Attributes of one's own choice, into the metaverse under AD's name and out to the property. Where a default rule has
 * the attribute in the metaverse already, that one serves; if it keeps one value and all are wanted, they are kept under
 * the property's name.
 */
export function directoryExtensionRules(
  extensions: readonly DirectoryExtension[],
  defaults: readonly Rule[]
): readonly Rule[] {
  return (['user', 'group'] as const).flatMap((objectType): Rule[] => {
    const ofType = extensions.filter(extension => extension.objectType === objectType)
    if (ofType.length === 0) return []
    const known = knownTargets(defaults, objectType)
    const planned = ofType.map(extension => plannedExtension(extension, known))
    const inbound: InboundRule = {
      direction: 'inbound',
      origin: 'default',
      objectType,
      name: `In from AD - ${called[objectType]} DirectoryExtension`,
      precedence: 170,
      flows: [...new Map(planned.flatMap(({ into }) => (into ? [[into.target, into]] : []))).values()]
    }
    const out: OutboundRule = {
      direction: 'outbound',
      origin: 'default',
      objectType,
      name: `Out to AAD - ${called[objectType]} DirectoryExtension`,
      precedence: 171,
      flows: planned.map(({ out: flow }) => flow)
    }
    return [inbound, out]
  })
}

function knownTargets(
  rules: readonly Rule[],
  objectType: DirectoryExtension['objectType']
): ReadonlyMap<string, Flow<never>> {
  const inbound = rules.filter(rule => rule.direction === 'inbound' && rule.objectType === objectType)
  return new Map(
    inbound.flatMap(({ flows }) => flows.map((flow): [string, Flow<never>] => [flow.target, flow]))
  )
}

function plannedExtension(
  { attribute, property, multiValued = false }: DirectoryExtension,
  known: ReadonlyMap<string, Flow<never>>
): { readonly into?: InboundFlow; readonly out: OutboundFlow } {
  const flow = multiValued ? trimmedValues(attribute) : trimmed(attribute)
  const there = known.get(attribute)
  const out = (source: string): OutboundFlow => (multiValued ? listOut : textOut)(source, attribute, property)
  if (there === undefined) return { into: flow, out: out(attribute) }
  if (!multiValued || there.how === flow.how) return { out: out(attribute) }
  return { into: { ...flow, target: property }, out: out(property) }
}

/** Absent clears. */
function textOut(source: string, attribute: string, property: string): OutboundFlow {
  return outbound({
    target: property,
    sources: [source],
    how: `up to ${maxLength}`,
    flow(values) {
      const held = values[source]
      // Of what the metaverse keeps as a list, the first.
      const value = Array.isArray(held) ? text(held[0]) : text(held)
      if (value === undefined) return null
      return value.length > maxLength ? tooLong(attribute, maxLength, noFlow) : value
    }
  })
}

function listOut(source: string, attribute: string, property: string): OutboundFlow {
  return outbound({
    target: property,
    sources: [source],
    how: `each value up to ${maxLength}`,
    flow(values) {
      const held = values[source]
      const list: readonly string[] = Array.isArray(held) ? held : []
      if (list.length === 0) return null
      return list.some(value => value.length > maxLength) ? tooLong(attribute, maxLength, noFlow) : list
    }
  })
}
