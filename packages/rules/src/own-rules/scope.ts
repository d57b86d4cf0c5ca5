import { equals, isEmpty, operators } from '../expressions/operators.ts'
import { asNumber, fromSource, isList, type Scalar, type SourceValue, toText } from '../expressions/values.ts'
import type { RuleScope } from '../rule.ts'
import { readAttribute } from './attribute-names.ts'
import type { Reader } from './reader.ts'

/** Whether one value of an attribute fits. Of several values one that does is enough, and none may for the opposite. */
type Test = (value: Scalar, wanted: readonly string[]) => boolean

interface Operator {
  readonly test: Test
  /** It holds where `test` does for none of the values. */
  readonly negated?: true
  readonly value: 'one' | 'several' | 'bits' | 'none'
  /** Between the attribute and the value, for people. */
  readonly words: string
}

const compare =
  (operator: '<' | '<=' | '>' | '>='): Test =>
  (value, [wanted = '']) =>
    operators[operator](value, wanted) === true
const within =
  (holds: (text: string, part: string) => boolean): Test =>
  (value, [wanted = '']) =>
    holds(toText(value).toLowerCase(), wanted.toLowerCase())
const isEqual: Test = (value, [wanted = '']) => !isEmpty(value) && equals(toText(value), wanted)
const contains = within((text, part) => text.includes(part))
const startsWith = within((text, part) => text.startsWith(part))
const endsWith = within((text, part) => text.endsWith(part))
const isIn: Test = (value, wanted) => wanted.some(each => equals(toText(value), each))
const isPresent: Test = value => !isEmpty(value)
const hasBit: Test = (value, [wanted = '']) => ((asNumber(value) ?? 0n) & BigInt(wanted)) !== 0n

/** Those of Entra Connect's scoping filters. */
export const scopeOperators: Readonly<Record<string, Operator>> = {
  equals: { test: isEqual, value: 'one', words: 'is' },
  'not-equals': { test: isEqual, negated: true, value: 'one', words: 'is not' },
  'less-than': { test: compare('<'), value: 'one', words: 'is less than' },
  'less-than-or-equals': { test: compare('<='), value: 'one', words: 'is at most' },
  'greater-than': { test: compare('>'), value: 'one', words: 'is greater than' },
  'greater-than-or-equals': { test: compare('>='), value: 'one', words: 'is at least' },
  contains: { test: contains, value: 'one', words: 'contains' },
  'not-contains': { test: contains, negated: true, value: 'one', words: 'does not contain' },
  'starts-with': { test: startsWith, value: 'one', words: 'starts with' },
  'not-starts-with': { test: startsWith, negated: true, value: 'one', words: 'does not start with' },
  'ends-with': { test: endsWith, value: 'one', words: 'ends with' },
  'not-ends-with': { test: endsWith, negated: true, value: 'one', words: 'does not end with' },
  'is-null': { test: isPresent, negated: true, value: 'none', words: 'is absent' },
  'is-not-null': { test: isPresent, value: 'none', words: 'is present' },
  'is-in': { test: isIn, value: 'several', words: 'is one of' },
  'is-not-in': { test: isIn, negated: true, value: 'several', words: 'is none of' },
  'is-bit-set': { test: hasBit, value: 'bits', words: 'has a bit of' },
  'is-bit-not-set': { test: hasBit, negated: true, value: 'bits', words: 'has no bit of' }
}

const limitOf = { groups: 100, conditions: 100, values: 1_000 }

interface Condition {
  readonly attribute: string
  readonly text: string
  readonly fits: (value: SourceValue) => boolean
}

/** Any group lets in whom all of its conditions fit. @param isRead tells whether the rule can read the attribute */
export function readScope<Source extends SourceValue>(
  reader: Reader,
  isRead: (attribute: string, at: Reader) => boolean
): RuleScope<Source> | undefined {
  const groups = reader.elements('groups of conditions', limitOf.groups)
  if (groups?.length === 0)
    return reader.refuse('This scope lets nobody in. Leave scope out to let everybody in.')
  const read = groups?.map(group => readGroup(group, isRead)) ?? []
  const whole = read.flatMap(group => (group === undefined ? [] : [group]))
  if (groups === undefined || whole.length < read.length) return undefined
  const sources = [...new Set(whole.flatMap(group => group.map(({ attribute }) => attribute)))]
  return {
    sources,
    text: whole.map(group => group.map(({ text }) => text).join(' and ')).join('; or '),
    fits: values => whole.some(group => group.every(({ attribute, fits }) => fits(values[attribute])))
  }
}

function readGroup(
  reader: Reader,
  isRead: (attribute: string, at: Reader) => boolean
): readonly Condition[] | undefined {
  if (!Array.isArray(reader.value)) {
    return reader.refuse(
      'A scope is a list of groups, each a list of conditions: write [[{ … }]] for a single one.'
    )
  }
  const conditions =
    reader.elements('conditions', limitOf.conditions)?.map(inner => readCondition(inner, isRead)) ?? []
  const whole = conditions.flatMap(condition => (condition === undefined ? [] : [condition]))
  if (conditions.length === 0) return reader.refuse('A group without conditions would let everybody in.')
  return whole.length < conditions.length ? undefined : whole
}

function readCondition(
  reader: Reader,
  isRead: (attribute: string, at: Reader) => boolean
): Condition | undefined {
  const fields = reader.fields(['attribute', 'operator', 'value'], ['attribute', 'operator'])
  if (fields === undefined || !fields.has('attribute') || !fields.has('operator')) return undefined
  const attribute = readAttribute(fields.at('attribute'))
  const operator = readOperator(fields.at('operator'))
  if (attribute === undefined || operator === undefined) return undefined
  if (!isRead(attribute, fields.at('attribute'))) return undefined
  const wanted = readWanted(operator, reader, fields.optional('value'))
  if (wanted === undefined) return undefined
  const { test, negated, words } = operator
  return {
    attribute,
    text: [
      attribute,
      words,
      ...(wanted.length > 0 ? [wanted.map(value => `"${value}"`).join(', ')] : [])
    ].join(' '),
    fits(value) {
      const found = fromSource(attribute, value)
      const isFound = isList(found) ? found.some(each => test(each, wanted)) : test(found, wanted)
      return isFound !== (negated === true)
    }
  }
}

function readOperator(reader: Reader): Operator | undefined {
  if (typeof reader.value === 'string' && /^is-?(not-?)?member-?of$/i.test(reader.value)) {
    return reader.refuse(
      'Membership of a group is no attribute of an object. Choose objects by groups in the scope of the connector (docs/import.md).'
    )
  }
  const name = reader.oneOf(Object.keys(scopeOperators))
  return name === undefined ? undefined : scopeOperators[name]
}

function readWanted(
  operator: Operator,
  at: Reader,
  given: Reader | undefined
): readonly string[] | undefined {
  if (operator.value === 'none') {
    return given === undefined ? [] : given.refuse('This operator takes no value.')
  }
  if (given === undefined) return at.refuse('value is missing.')
  if (operator.value === 'bits') return readBits(given)
  if (operator.value === 'one') return readValues([given])
  const elements = given.elements('values', limitOf.values)
  if (elements?.length === 0) return given.refuse('The list has no value.')
  return elements === undefined ? undefined : readValues(elements)
}

function readValues(readers: readonly Reader[]): readonly string[] | undefined {
  const texts = readers.map(reader => {
    const { value } = reader
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (!isPlain || value === '') return reader.refuse('Here stands a text, a number, true or false.')
    return String(value)
  })
  const whole = texts.flatMap(text => text ?? [])
  return whole.length < texts.length ? undefined : whole
}

function readBits(reader: Reader): readonly string[] | undefined {
  const written = String(reader.value)
  if (/^(\d{1,19}|0x[0-9a-f]{1,16})$/i.test(written) && BigInt(written) > 0n) return [written]
  return reader.refuse('Here stands a number with the bits, as 2 or 0x21C07000.')
}
