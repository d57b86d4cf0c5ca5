import { RE2JS } from 're2js'
import { ExpressionError, UnusableExpressionError } from '../fault.ts'
import { type Compiled, type ExpressionFunction, eager } from '../function.ts'
import { lift } from '../lift.ts'
import { limits } from '../limits.ts'
import { offsetOf } from '../syntax.ts'
import { bounded, isList, type Operand, requireLength, toText } from '../values.ts'
import { firstGroup, replaceGroup, replaceMatches } from './patterns.ts'

const text = (name: string) => ({ name, kind: 'text', optional: true }) as const

export const replaceFunction: ExpressionFunction = {
  name: 'Replace',
  call: [
    'Replace(text, old, new)',
    'Replace(source, [old], [pattern], [group], [new], [attribute], [template])'
  ],
  parameters: [
    { name: 'text', kind: 'text' },
    text('old'),
    text('pattern'),
    text('group'),
    text('new'),
    text('attribute'),
    text('template')
  ],
  returns: 'text',
  description:
    'Text replaced by text, case counting. The long form is that of Cloud Sync, with patterns: regular expressions of RE2, whose groups are `$1`, `$2` or their names in the new text.',
  page: 'both',
  compile: ({ arguments: given, offset }) => {
    if (given.length === 3 && given[1] !== undefined && given[2] !== undefined) {
      return {
        run: eager(given, operands =>
          lift(
            operands,
            () => false,
            ([source, old, next]) => {
              if (source === undefined || source === null) return null
              return replaced(single(source), withMonikers(single(old)), withMonikers(single(next)))
            }
          )
        )
      }
    }
    const form = formOf(given, offset)
    return { run: eager(given, operands => lift(operands, () => false, form)) }
  }
}

type Form = (operands: readonly (Operand | undefined)[]) => Operand

/** The rows of the table on Cloud Sync's page, by which arguments are given. */
function formOf(given: readonly (Compiled | undefined)[], offset: number): Form {
  const [, old, pattern, group, next, attribute, template] = given
  if (old !== undefined && template !== undefined && pattern === undefined) {
    return ([source, wanted, , , , , frame]) =>
      isNull(source) ? null : replaced(single(frame), single(wanted), single(source))
  }
  if (old !== undefined && next !== undefined && pattern === undefined) {
    return ([source, wanted, , , replacement]) =>
      isNull(source) ? null : replaced(single(source), single(wanted), single(replacement))
  }
  if (pattern === undefined || old !== undefined) throw new UnusableExpressionError(offset, usage)
  const expression = compilePattern(pattern)
  if (group !== undefined) {
    const name = groupName(group, expression)
    if (attribute !== undefined) {
      return ([source, , , , , other]) =>
        isEmpty(source)
          ? isNull(other)
            ? null
            : firstGroup(expression, name, single(other))
          : single(source)
    }
    if (next !== undefined) {
      return ([source, , , , replacement]) =>
        isNull(source) ? null : replaceGroup(expression, name, single(source), single(replacement))
    }
  } else if (next !== undefined) {
    return ([source, , , , replacement]) =>
      isNull(source) ? null : replaceMatches(expression, single(source), single(replacement))
  }
  throw new UnusableExpressionError(offset, usage)
}

const usage =
  'Replace needs an old and a new text, an old text and a template, or a pattern with a new text or with a group and an attribute: Replace([mail], "@a.example", , , "@b.example", , ).'

function compilePattern({ literal, node }: Compiled): RE2JS {
  if (typeof literal !== 'string')
    throw new UnusableExpressionError(offsetOf(node), 'A pattern stands here as a text in quotes.')
  try {
    if (literal.length > limits.pattern) throw new Error(`it has more than ${limits.pattern} characters`)
    const compiled = RE2JS.compile(literal)
    if (compiled.programSize() > limits.patternProgram) throw new Error('it is too large')
    return compiled
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    throw new UnusableExpressionError(
      offsetOf(node),
      `The pattern cannot be used (RE2 knows no look-around and no back-references): ${reason}.`
    )
  }
}

function groupName({ literal, node }: Compiled, expression: RE2JS): string {
  if (typeof literal === 'string' && Object.hasOwn(expression.namedGroups(), literal)) return literal
  throw new UnusableExpressionError(
    offsetOf(node),
    'The pattern has no group of this name, as in (?<name>…).'
  )
}

function replaced(source: string, old: string, next: string): string {
  if (old === '') return source
  const parts = source.split(old)
  requireLength(source.length + (parts.length - 1) * (next.length - old.length))
  return bounded(parts.join(next))
}

/** What Entra Connect's Replace understands in its arguments. */
function withMonikers(written: string): string {
  return written.replace(/\\[nrt]/g, moniker => monikers[moniker] ?? moniker)
}

const monikers: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\t': '\t' }

function isNull(operand: Operand | undefined): boolean {
  return operand === undefined || operand === null
}

function isEmpty(operand: Operand | undefined): boolean {
  return isNull(operand) || operand === ''
}

function single(operand: Operand | undefined): string {
  if (operand === undefined) return ''
  if (isList(operand)) throw new ExpressionError('Replace needs one value where there are several.')
  return toText(operand)
}
