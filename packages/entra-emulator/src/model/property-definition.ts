/** One property of an entity or complex type: its name and type in the metadata, and the rules of its values. */
export interface PropertyDefinition {
  readonly name: string
  /** The item's type: `Edm.String`, `Edm.Boolean`, `Edm.DateTimeOffset`, `Edm.Int32`, or `graph.<complex type>`. */
  readonly type: string
  readonly collection: boolean
  /** In answers that ask for nothing in particular. */
  readonly returnedByDefault: boolean
  /** `create`: only in a POST. `update`: only in a PATCH. `never`: read-only. */
  readonly writable: 'always' | 'create' | 'update' | 'never'
  /** In beta a PATCH takes it, although v1.0 calls it read-only. */
  readonly writableInBeta?: boolean
  /** A POST without it is refused. */
  readonly required: boolean
  /** Null (and for text the empty string) is refused. */
  readonly notNull: boolean
  readonly maxLength?: number
  readonly maxItems?: number
  readonly pattern?: RegExp
  readonly values?: readonly string[]
  /** What `$filter` takes without `ConsistencyLevel: eventual`. Absent: no filter at all. */
  readonly filter?: readonly FilterOperator[]
}

export type FilterOperator = 'eq' | 'in' | 'startswith' | 'ge' | 'le' | 'any'

type Rules = Partial<Omit<PropertyDefinition, 'name' | 'type' | 'collection'>>

export const text = (name: string, rules: Rules = {}) => define(name, 'Edm.String', false, rules)
export const flag = (name: string, rules: Rules = {}) => define(name, 'Edm.Boolean', false, rules)
export const date = (name: string, rules: Rules = {}) => define(name, 'Edm.DateTimeOffset', false, rules)
export const integer = (name: string, rules: Rules = {}) => define(name, 'Edm.Int32', false, rules)
export const texts = (name: string, rules: Rules = {}) => define(name, 'Edm.String', true, rules)
export const complex = (name: string, type: string, rules: Rules = {}) =>
  define(name, `graph.${type}`, false, rules)
export const complexes = (name: string, type: string, rules: Rules = {}) =>
  define(name, `graph.${type}`, true, rules)

/** In every answer, unless `$select` says otherwise. */
export const shown: Rules = { returnedByDefault: true }
export const readOnly: Rules = { writable: 'never' }
/** The operators that most identifying properties take. */
export const matched: Rules = { filter: ['eq', 'in', 'startswith'] }

export function define(name: string, type: string, collection: boolean, rules: Rules): PropertyDefinition {
  return {
    name,
    type,
    collection,
    returnedByDefault: false,
    writable: 'always',
    required: false,
    notNull: false,
    ...rules
  }
}
