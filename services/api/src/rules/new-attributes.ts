import type { RuleSet } from '@opendirsync/rules'
import type { Store } from '@opendirsync/store'

export interface NewAttributes {
  readonly connector: string
  readonly attributes: readonly string[]
}

/** Attributes of AD that rules read and that no full import of a connector has asked for yet. */
export async function newAttributes(
  { connectors }: Pick<Store, 'connectors'>,
  { sourceAttributes }: Pick<RuleSet, 'sourceAttributes'>
): Promise<NewAttributes[]> {
  const missing: NewAttributes[] = []
  for (const { name, kind } of await connectors.list()) {
    const imported = kind === 'csv' ? undefined : (await connectors.get(name))?.importedAttributes
    if (imported === undefined) continue
    const known = new Set(imported.map(attribute => attribute.toLowerCase()))
    const attributes = sourceAttributes.filter(attribute => !known.has(attribute.toLowerCase()))
    if (attributes.length > 0) missing.push({ connector: name, attributes })
  }
  return missing
}
