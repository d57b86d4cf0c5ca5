import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument
} from 'yaml'

interface Place {
  readonly line: number
  readonly column: number
}

/** What is wrong, and where in the file. */
export interface Fault {
  readonly place: Place
  readonly text: string
}

/** Keys of maps and indexes of lists, from the top. */
export type Path = readonly (string | number)[]

export interface LocatedYaml {
  readonly value: unknown
  /** Where the file is not YAML; then `value` is `undefined`. */
  readonly faults: readonly Fault[]
  /** Of the value at the path, or of the nearest one above it that is there. */
  placeOf(path: Path): Place
  /** Of the key that ends the path. */
  placeOfKey(path: Path): Place
}

/** Reads one YAML 1.2 document and keeps where everything stands. */
export function parseLocated(text: string): LocatedYaml {
  const lineCounter = new LineCounter()
  // The parser's own messages quote the text, which may be a password in the wrong place.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent' })
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const offsetAt = (path: Path, of: 'key' | 'value') => offsetOf(document, path, of)
  const faults = [...document.errors, ...document.warnings].map(({ code, pos: [offset] }) => ({
    place: placeAt(offset),
    text: `${syntaxFaults[code] ?? 'this is not YAML'}.`
  }))
  const value = faults.length > 0 ? undefined : plainValueOf(document)
  if (value instanceof Error)
    faults.push({ place: placeAt(0), text: 'the aliases in the file multiply beyond measure.' })
  return {
    value: value instanceof Error ? undefined : value,
    faults,
    placeOf: path => placeAt(offsetAt(path, 'value')),
    placeOfKey: path => placeAt(offsetAt(path, 'key'))
  }
}

const syntaxFaults: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'this alias has no anchor before it',
  BAD_INDENT: 'the indentation does not fit what is around it',
  BAD_SCALAR_START: 'a text cannot begin with this character: put it into quotes',
  BLOCK_IN_FLOW: 'inside of [ ] or { } there can be no list or map by indentation',
  DUPLICATE_KEY: 'this key is there for the second time',
  MISSING_CHAR:
    'something that was opened here or before, a quote or a bracket, is not closed; or a colon is missing',
  MULTILINE_IMPLICIT_KEY:
    'this text goes over several lines and ends as a key: a colon or a quote is missing or too many',
  MULTIPLE_DOCS: 'a second document begins here: put everything into one',
  TAB_AS_INDENT: 'a tab is used as indentation: use spaces',
  TAG_RESOLVE_FAILED: 'this tag is not known here: remove it, or put the text into quotes',
  UNEXPECTED_TOKEN: 'this was not expected here: a quote, a comma or the indentation is wrong'
}

function plainValueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS()
  } catch (error) {
    return error
  }
}

function offsetOf(document: Document.Parsed, path: Path, of: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, part] of path.entries()) {
    const step = stepInto(document, node, part)
    if (step === undefined) return offset
    const wanted = of === 'key' && depth === path.length - 1 ? step.key : step.value
    offset = startOf(wanted) ?? startOf(step.key) ?? offset
    node = step.value
  }
  return offset
}

function stepInto(
  document: Document.Parsed,
  from: unknown,
  part: string | number
): { key: unknown; value: unknown } | undefined {
  const node = isAlias(from) ? from.resolve(document) : from
  if (isSeq(node)) {
    const value = node.items[Number(part)]
    return value === undefined ? undefined : { key: value, value }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part))
  return pair === undefined ? undefined : { key: pair.key, value: pair.value }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined
}
