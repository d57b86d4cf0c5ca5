import type { Directory } from '../state/directory.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import type { EntityType } from './entity.ts'
import type { Comparison, Filter, Literal } from './filter.ts'

/** Whether the object is one that the filter asks for. Text is compared without case, as the directory does. */
export function satisfies(entry: DirectoryEntry, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return satisfies(entry, filter.left) && satisfies(entry, filter.right)
    case 'or':
      return satisfies(entry, filter.left) || satisfies(entry, filter.right)
    case 'not':
      return !satisfies(entry, filter.operand)
    case 'compare':
      return compare(entry, filter)
  }
}

function compare(entry: DirectoryEntry, { property, operator, values }: Comparison): boolean {
  const value = property === 'id' ? entry.id : (entry.properties[property] ?? null)
  const [first = null] = values
  if (operator === 'any') return Array.isArray(value) && value.some(item => same(property, item, first))
  if (operator === 'ne') return !same(property, value, first)
  if (operator === 'startswith') return folded(value).startsWith(folded(first)) && value !== null
  if (operator === 'endswith') return folded(value).endsWith(folded(first)) && value !== null
  if (operator === 'ge') return value !== null && folded(value) >= folded(first)
  if (operator === 'le') return value !== null && folded(value) <= folded(first)
  return values.some(each => same(property, value, each))
}

function same(property: string, value: unknown, literal: Literal): boolean {
  if (typeof value !== 'string' || typeof literal !== 'string') return value === literal
  if (property === 'onPremisesImmutableId') return value === literal
  return value.toLowerCase() === literal.toLowerCase()
}

function folded(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

/** The unique value under which an equality finds its object. Every `mail` is among the proxyAddresses. */
const indexes: Readonly<Record<string, (value: string) => readonly [property: string, value: string]>> = {
  userPrincipalName: value => ['userPrincipalName', value],
  onPremisesImmutableId: value => ['onPremisesImmutableId', value],
  uniqueName: value => ['uniqueName', value],
  mail: value => ['proxyAddresses', `smtp:${value}`],
  proxyAddresses: value => ['proxyAddresses', value]
}

/** The only objects that can satisfy the filter, when its equalities name them; `undefined` when any could. */
export function candidates(
  filter: Filter,
  type: EntityType,
  directory: Directory
): Set<DirectoryEntry> | undefined {
  if (filter.kind === 'compare') return named(filter, type, directory)
  if (filter.kind === 'and') {
    return candidates(filter.left, type, directory) ?? candidates(filter.right, type, directory)
  }
  if (filter.kind === 'or') {
    const left = candidates(filter.left, type, directory)
    const right = left === undefined ? undefined : candidates(filter.right, type, directory)
    return left === undefined || right === undefined ? undefined : left.union(right)
  }
  return undefined
}

function named(
  { property, operator, values }: Comparison,
  type: EntityType,
  directory: Directory
): Set<DirectoryEntry> | undefined {
  const index = indexes[property]
  if (!['eq', 'in', 'any'].includes(operator) || (property !== 'id' && index === undefined)) return undefined
  const found = new Set<DirectoryEntry>()
  for (const value of values) {
    if (typeof value !== 'string') return undefined
    const entry = index === undefined ? directory.find(value) : directory.findBy(...index(value))
    if (entry?.kind === type.kind) found.add(entry)
  }
  return found
}
