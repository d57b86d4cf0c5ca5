import type { FilterOperator } from '../model/property-definition.ts'
import type { EntityType } from './entity.ts'
import { malformed, unsupportedQuery } from './graph-error.ts'

export type Literal = string | number | boolean | null

/** What `$filter` says, as a tree. */
export type Filter =
  | { readonly kind: 'and'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly operand: Filter }
  | Comparison

export interface Comparison {
  readonly kind: 'compare'
  readonly property: string
  readonly operator: FilterOperator | 'ne' | 'endswith' | 'contains'
  readonly values: readonly Literal[]
}

/** Outside of advanced queries these are refused, whatever the property. */
const advancedOperators = new Set<string>(['ne', 'not', 'endswith'])

/** Reads the filters that directory objects take; anything else is refused as Graph does. */
export function parseFilter(text: string, type: EntityType, advanced: boolean): Filter {
  return new FilterParser(text, type, advanced).parse()
}

const tokenPattern = /\s*([(),]|'(?:[^']|'')*'|[^\s(),']+)/gy

class FilterParser {
  readonly #tokens: string[] = []
  readonly #type: EntityType
  readonly #advanced: boolean
  #position = 0

  constructor(text: string, type: EntityType, advanced: boolean) {
    this.#type = type
    this.#advanced = advanced
    tokenPattern.lastIndex = 0
    const trimmed = text.trimEnd()
    while (tokenPattern.lastIndex < trimmed.length) {
      const match = tokenPattern.exec(trimmed)
      if (match?.[1] === undefined) throw syntaxError(trimmed)
      this.#tokens.push(match[1])
    }
  }

  parse(): Filter {
    const filter = this.#or()
    if (this.#peek() !== undefined) throw syntaxError(this.#tokens.join(' '))
    return filter
  }

  #or(): Filter {
    let left = this.#and()
    while (this.#take('or')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Filter {
    let left = this.#term()
    while (this.#take('and')) left = { kind: 'and', left, right: this.#term() }
    return left
  }

  #term(): Filter {
    if (this.#take('not')) {
      this.#requireAdvanced('not')
      return { kind: 'not', operand: this.#term() }
    }
    if (this.#take('(')) {
      const inner = this.#or()
      this.#expect(')')
      return inner
    }
    const name = this.#next()
    if (name === 'startswith' || name === 'startsWith') return this.#call('startswith')
    if (name === 'endswith' || name === 'endsWith') return this.#call('endswith')
    if (name === 'contains') return this.#call('contains')
    if (name.endsWith('/any')) return this.#any(name.slice(0, -'/any'.length))
    return this.#comparison(name)
  }

  #call(operator: 'startswith' | 'endswith' | 'contains'): Filter {
    this.#expect('(')
    const property = this.#next()
    this.#expect(',')
    const value = literal(this.#next())
    this.#expect(')')
    return this.#checked({ kind: 'compare', property, operator, values: [value] })
  }

  /** `proxyAddresses/any(a:a eq 'x')` and `any(a:startswith(a,'x'))`: equality only here. */
  #any(property: string): Filter {
    this.#expect('(')
    const variable = this.#next()
    const name = variable.slice(variable.indexOf(':') + 1)
    if (name !== variable.slice(0, variable.indexOf(':'))) throw unsupported(property, this.#type)
    this.#expect('eq')
    const value = literal(this.#next())
    this.#expect(')')
    return this.#checked({ kind: 'compare', property, operator: 'any', values: [value] })
  }

  #comparison(property: string): Filter {
    const operator = this.#next()
    if (operator === 'in') {
      return this.#checked({ kind: 'compare', property, operator, values: this.#list() })
    }
    if (operator !== 'eq' && operator !== 'ne' && operator !== 'ge' && operator !== 'le') {
      throw syntaxError(`${property} ${operator}`)
    }
    return this.#checked({ kind: 'compare', property, operator, values: [literal(this.#next())] })
  }

  #list(): Literal[] {
    this.#expect('(')
    const values = [literal(this.#next())]
    while (this.#take(',')) values.push(literal(this.#next()))
    this.#expect(')')
    return values
  }

  #checked(comparison: Comparison): Filter {
    const { property: name, operator } = comparison
    if (operator === 'contains') throw unsupported(name, this.#type)
    if (advancedOperators.has(operator)) this.#requireAdvanced(operator)
    if (name === 'id') return comparison
    const property = this.#type.properties.get(name)
    if (property === undefined) {
      throw malformed(
        `Invalid filter clause: Could not find a property named '${name}' on type ` +
          `'microsoft.graph.${this.#type.name}'.`
      )
    }
    const allowed = property.filter ?? []
    const plain = allowed.some(each => each === operator) || (this.#advanced && allowed.length > 0)
    if (!plain) throw unsupported(name, this.#type)
    return comparison
  }

  #requireAdvanced(operator: string): void {
    if (this.#advanced) return
    throw unsupportedQuery(
      `Operator '${operator}' is not supported because the 'ConsistencyLevel:eventual' header is missing ` +
        'or $count is not true. Refer to https://aka.ms/graph-docs/advanced-queries for more information'
    )
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position]
  }

  #next(): string {
    const token = this.#tokens[this.#position]
    if (token === undefined) throw syntaxError(this.#tokens.join(' '))
    this.#position += 1
    return token
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#position += 1
    return true
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw syntaxError(this.#tokens.join(' '))
  }
}

function literal(token: string): Literal {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
  if (token === 'true') return true
  if (token === 'false') return false
  if (token === 'null') return null
  const number = Number(token)
  return Number.isNaN(number) ? token : number
}

function syntaxError(text: string) {
  return malformed(`Invalid filter clause: Syntax error in '${text}'.`)
}

function unsupported(property: string, type: EntityType) {
  return unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${property}' of resource ` +
      `'${type.resource}'.`
  )
}
