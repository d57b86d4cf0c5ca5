import type { ConnectorScope } from '@opendirsync/contracts'

/**
 * What of a source is used: what the rules read, these others, and what the scope has conditions on. Each attribute once,
 * in the first of its spellings.
 */
export function attributesRead(
  sourceAttributes: readonly string[],
  scope: ConnectorScope | undefined,
  others: readonly string[] = []
): readonly string[] {
  const ofScope = (scope?.conditions ?? []).flat().map(({ attribute }) => attribute)
  const byName = new Map<string, string>()
  for (const name of [...sourceAttributes, ...others, ...ofScope]) {
    const key = name.toLowerCase()
    if (!byName.has(key)) byName.set(key, name)
  }
  return [...byName.values()]
}
