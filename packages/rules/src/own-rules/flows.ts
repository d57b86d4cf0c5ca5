import type { FlowResult } from '../attribute-flow.ts'
import { compileExpression, type ExpressionResult } from '../expressions/expression.ts'
import { ExpressionError } from '../expressions/fault.ts'
import { fromSource, type SourceValue } from '../expressions/values.ts'
import type { Flow } from '../rule.ts'
import { readAttribute, spelled } from './attribute-names.ts'
import type { Fields, Reader } from './reader.ts'
import { fitted, type TargetType } from './target-type.ts'

/** What depends on the direction of a rule. */
export interface FlowContext {
  /** The target's name as it is spelled, and what it takes. Undefined: it cannot be written, which was noted. */
  readonly target: (
    name: string,
    at: Reader
  ) => { readonly name: string; readonly type: TargetType } | undefined
  /** Whether the rule can read the attribute; notes it where it cannot. */
  readonly isRead: (attribute: string, at: Reader, within?: number) => boolean
}

const ways = ['from', 'constant', 'expression'] as const
const maxFlows = 200

export function readFlows<Source extends SourceValue>(
  reader: Reader,
  context: FlowContext
): readonly Flow<Source>[] {
  const elements = reader.elements('flows', maxFlows) ?? []
  if (Array.isArray(reader.value) && elements.length === 0)
    reader.refuse('A rule without flows does nothing.')
  const taken = new Set<string>()
  return elements.flatMap(element => {
    const flow = readFlow<Source>(element, context)
    if (flow === undefined) return []
    if (taken.has(flow.target)) element.refuse(`${flow.target} is the target of two flows of this rule.`)
    taken.add(flow.target)
    return [flow]
  })
}

function readFlow<Source extends SourceValue>(
  reader: Reader,
  context: FlowContext
): Flow<Source> | undefined {
  const fields = reader.fields(['target', ...ways], ['target'])
  if (fields === undefined) return undefined
  const given = ways.filter(way => fields.has(way))
  const [way] = given
  if (way === undefined || given.length > 1) {
    return reader.refuse('A flow has one of from (an attribute), constant and expression.')
  }
  const name = fields.has('target') ? fields.at('target').text('the name of the target') : undefined
  const target = name === undefined ? undefined : context.target(name, fields.at('target'))
  const value = readValue(way, fields, context, target?.type)
  return target === undefined || value === undefined ? undefined : flowOf(target, value)
}

interface FlowValue {
  readonly sources: readonly string[]
  readonly how: string
  readonly evaluate: (read: (name: string) => SourceValue) => ExpressionResult
}

function flowOf<Source extends SourceValue>(
  { name: target, type }: { readonly name: string; readonly type: TargetType },
  { sources, how, evaluate }: FlowValue
): Flow<Source> {
  return {
    target,
    sources,
    how,
    flow: (values): FlowResult =>
      fitted(
        type,
        target,
        evaluate(name => values[name])
      )
  }
}

function readValue(
  way: (typeof ways)[number],
  fields: Fields<(typeof ways)[number]>,
  context: FlowContext,
  type: TargetType | undefined
): FlowValue | undefined {
  const reader = fields.at(way)
  if (way === 'from') return readFrom(reader, context, type)
  return way === 'constant' ? readConstant(reader, type) : readExpression(reader, context)
}

/** Of several values the first, where the target takes one: as the default rules do. */
function readFrom(reader: Reader, context: FlowContext, type: TargetType | undefined): FlowValue | undefined {
  const source = readAttribute(reader)
  if (source === undefined || !context.isRead(source, reader)) return undefined
  const takesOne = type?.kind === 'text' || type?.kind === 'boolean'
  return {
    sources: [source],
    how: 'as it is',
    evaluate(read) {
      const value = fromSource(source, read(source))
      if (!Array.isArray(value)) return value as ExpressionResult
      return takesOne ? (value[0] ?? null) : value
    }
  }
}

function readConstant(reader: Reader, type: TargetType | undefined): FlowValue | undefined {
  const { value } = reader
  const constant = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof constant !== 'string' && typeof constant !== 'boolean') {
    return reader.refuse('A constant is a text, a whole number, true or false.')
  }
  if (type !== undefined && !isFitting(reader, type, constant)) return undefined
  return { sources: [], how: `constant ${JSON.stringify(constant)}`, evaluate: () => constant }
}

function isFitting(reader: Reader, type: TargetType, constant: string | boolean): boolean {
  try {
    const result = fitted(type, 'The constant', constant)
    if (typeof result !== 'object' || result === null || !('problem' in result)) return true
    reader.refuse(`It is longer than the ${type.maxLength} characters that the tenant accepts.`)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    reader.refuse(error.message)
  }
  return false
}

function readExpression(reader: Reader, context: FlowContext): FlowValue | undefined {
  const text =
    typeof reader.value === 'string'
      ? reader.value
      : reader.refuse('An expression is a text; put it into quotes.')
  if (text === undefined) return undefined
  const compiled = compileExpression(text, { spelling: spelled })
  if ('fault' in compiled) return reader.refuse(compiled.fault.message, compiled.fault.offset)
  const { sources, evaluate } = compiled.ok
  const unread = sources.filter(source => {
    const at = text.toLowerCase().indexOf(`[${source.toLowerCase()}]`)
    return !context.isRead(source, reader, Math.max(0, at))
  })
  return unread.length > 0 ? undefined : { sources, how: text.trim(), evaluate }
}
