import type { Rule } from '@opendirsync/rules'
import type { RuleRow } from '../routes/rules/rules-schema.ts'

/** A rule as people read it. */
export function rowOf(rule: Rule): RuleRow {
  const { name, direction, objectType, precedence, origin, scope, flows } = rule
  return {
    name,
    direction,
    objectType,
    ...(rule.direction === 'inbound' && rule.objectClass !== undefined && { objectClass: rule.objectClass }),
    precedence,
    origin,
    ...(scope !== undefined && { scope: scope.text }),
    excludes: exclusionsOf(rule),
    flows: flows.map(({ target, sources, how, connect }) => ({
      target,
      sources,
      how,
      ...(connect !== undefined && { connect })
    }))
  }
}

function exclusionsOf(rule: Rule): RuleRow['excludes'] {
  if (rule.direction === 'outbound') return []
  const { excludes, scope, exclusions = [] } = rule
  const own = excludes === undefined ? [] : [{ when: scope?.text ?? 'always', ...codeOf(excludes) }]
  return [
    ...own,
    ...exclusions.map(({ text, reason, connect }) => ({
      when: text,
      ...codeOf(reason),
      ...(connect !== undefined && { connect })
    }))
  ]
}

function codeOf({ code, message }: { readonly code: string; readonly message: string }) {
  return { code, message }
}
