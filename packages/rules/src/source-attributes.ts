import { scopingFilters } from './scope.ts'
import { inboundFlows, outboundFlows } from './synchronise.ts'

/** Facts of every staged object, not attributes that one asks LDAP for. */
const ofTheObject = new Set(['dn', 'objectGUID'])

const declared = [scopingFilters, ...Object.values(inboundFlows)].flat().flatMap(({ sources }) => sources)

/**
 * Every AD attribute that some scoping filter or inbound flow reads, sorted. Import asks the directory for exactly
 * these, and for the links (`linkAttributes` in contracts), which are staged as rows. Attributes that a
 * directory's schema lacks (those of Exchange) are simply absent from its answers.
 */
export const sourceAttributes: readonly string[] = [...new Set(declared)]
  .filter(name => !ofTheObject.has(name))
  .sort()

/** The Graph properties that each object type's flows own; nothing else is ever written. */
export const exportedAttributes = {
  user: targets(outboundFlows.user),
  group: targets(outboundFlows.group)
} as const

function targets(flows: readonly { readonly target: string }[]): readonly string[] {
  return [...new Set(flows.map(({ target }) => target))]
}
