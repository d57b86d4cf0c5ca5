import { createHash } from 'node:crypto'
import { defaultRules } from '@opendirsync/rules'

/**
 * Differs when the default rules do: in what they read and write, for whom, and how they say that they do it. A change of
 * code alone that leaves all of that as it was does not show; whoever makes one changes the words too.
 */
export function defaultsFingerprint(): string {
  const described = defaultRules.rules.map(({ name, precedence, objectType, scope, flows, ...rest }) => [
    name,
    precedence,
    objectType,
    scope?.text,
    'exclusions' in rest ? rest.exclusions?.map(({ text, reason }) => [text, reason.code]) : [],
    flows.map(({ target, sources, how }) => [target, sources, how])
  ])
  return createHash('sha256').update(JSON.stringify(described)).digest('hex')
}
