import { closest } from './closest.ts'
import { parseDate } from './dates.ts'
import { UnusableExpressionError } from './fault.ts'
import { type Compiled, type ExpressionFunction, type Parameter, signaturesOf } from './function.ts'
import { functions } from './functions/all.ts'
import { refusedFunctions } from './functions/refused.ts'
import { type CallNode, offsetOf, type SyntaxNode } from './syntax.ts'
import { asBoolean, asNumber, isList } from './values.ts'

const byName = new Map(functions.map(known => [known.name.toLowerCase(), known]))
const refused = new Map(refusedFunctions.map(({ name, reason }) => [name.toLowerCase(), { name, reason }]))

/** Names are compared without regard to case. With an offset, one that is not known is a fault there. */
export function functionNamed(name: string, offset: number): ExpressionFunction
export function functionNamed(name: string): ExpressionFunction | undefined
export function functionNamed(name: string, offset?: number): ExpressionFunction | undefined {
  const found = byName.get(name.toLowerCase())
  if (found !== undefined || offset === undefined) return found
  const no = refused.get(name.toLowerCase())
  if (no !== undefined)
    throw new UnusableExpressionError(offset, `${no.name} cannot be used here. ${no.reason}`)
  const meant = closest(
    name,
    functions.map(known => known.name)
  )
  const hint =
    meant === undefined ? 'The functions are listed in docs/own-rules.md.' : `Did you mean ${meant}?`
  throw new UnusableExpressionError(offset, `There is no function ${name}. ${hint}`)
}

/**
 * Compiles the arguments of a call, and refuses those that can never do.
 * @throws UnusableExpressionError
 */
export function checkedArguments(
  called: ExpressionFunction,
  { arguments: given, offset }: CallNode,
  part: (node: SyntaxNode) => Compiled
): (Compiled | undefined)[] {
  const { parameters } = called
  const last = parameters.at(-1)
  if (given.length > parameters.length && last?.repeats !== true) {
    throw new UnusableExpressionError(offset, `${called.name} takes fewer arguments: ${howToCall(called)}.`)
  }
  for (const [position, parameter] of parameters.entries()) {
    if (parameter.optional !== true && given[position] === undefined) {
      throw new UnusableExpressionError(
        offset,
        `${called.name} lacks its argument "${parameter.name}": ${howToCall(called)}.`
      )
    }
  }
  return given.map((node, position) => {
    const parameter = parameters[position] ?? last
    if (node === undefined || parameter === undefined) return undefined
    const argument = parameter.kind === 'word' ? wordArgument(parameter, node, part) : part(node)
    requireKind(called, parameter, argument)
    return argument
  })
}

function howToCall(called: ExpressionFunction): string {
  return signaturesOf(called).join(' or ')
}

function wordArgument(
  parameter: Parameter,
  node: SyntaxNode,
  part: (node: SyntaxNode) => Compiled
): Compiled {
  const written = node.type === 'Word' ? node.name : node.type === 'Text' ? node.value : undefined
  const word = parameter.words?.find(known => known.toLowerCase() === written?.toLowerCase())
  if (word !== undefined) return { kind: 'text', node, literal: word, run: () => word }
  if (written === undefined) return part(node)
  throw new UnusableExpressionError(
    offsetOf(node),
    `"${parameter.name}" is one of ${(parameter.words ?? []).join(', ')}, not ${written}.`
  )
}

const wrongKinds: Readonly<Partial<Record<Parameter['kind'], readonly Compiled['kind'][]>>> = {
  number: ['boolean', 'date'],
  boolean: ['date'],
  date: ['boolean', 'number'],
  list: ['boolean', 'date']
}

function requireKind(called: ExpressionFunction, parameter: Parameter, argument: Compiled): void {
  const isWrong = wrongKinds[parameter.kind]?.includes(argument.kind) ?? false
  if (!isWrong && (argument.literal === undefined || isUsable(parameter, argument.literal))) return
  throw new UnusableExpressionError(
    offsetOf(argument.node),
    `"${parameter.name}" of ${called.name} is ${described[parameter.kind]}.`
  )
}

const described: Readonly<Record<Parameter['kind'], string>> = {
  text: 'a text',
  number: 'a whole number',
  boolean: 'a condition, which is True or False',
  date: 'a date, as CDate("2030-12-31") or DateFromNum([attribute])',
  list: 'an attribute or a list',
  any: 'any value',
  word: 'one of a few words'
}

function isUsable({ kind }: Parameter, literal: NonNullable<Compiled['literal']> | null): boolean {
  if (literal === null || isList(literal)) return true
  if (kind === 'number') return typeof literal !== 'boolean' && asNumber(literal) !== undefined
  if (kind === 'boolean') return asBoolean(literal) !== undefined
  if (kind === 'date') return typeof literal === 'string' && parseDate(literal) !== undefined
  return true
}
