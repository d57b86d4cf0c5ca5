import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar
} from 'yaml'

/** Keys of maps and indexes of lists, from the top. */
export type Path = readonly (string | number)[]

/** From 1, both. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is not YAML, and where. Never a word of the text itself, which may be a password in the wrong place. */
export interface SyntaxFault {
  readonly place: Place
  readonly text: string
}

interface Which {
  /** The key that ends the path, in place of its value. */
  readonly key?: boolean
  /** Behind so many characters of the text that the value is. */
  readonly within?: number
}

export interface LocatedYaml {
  readonly value: unknown
  /** Where the file is not YAML; then `value` is undefined. */
  readonly faults: readonly SyntaxFault[]
  /** Of the value at the path, or of the nearest one above it that is there. */
  placeOf(path: Path, which?: Which): Place
}

/** More are a trick: an alias may stand for one that stands for others. */
const maxAliases = 100

/** Reads one YAML 1.2 document and keeps where everything stands. */
export function readLocated(text: string): LocatedYaml {
  const lines = new LineCounter()
  // The parser's own messages quote the text.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const faults = [...document.errors, ...document.warnings].map(({ code, pos: [offset] }) => ({
    place: placeAt(offset),
    text: `${syntaxFaults[code] ?? 'this is not YAML'}.`
  }))
  const value = faults.length > 0 ? undefined : plainValueOf(document)
  if (value instanceof Error) faults.push({ place: placeAt(0), text: tooManyAliases })
  return {
    value: value instanceof Error ? undefined : value,
    faults,
    placeOf: (path, which = {}) => placeAt(offsetOf(document, text, path, which))
  }
}

const tooManyAliases = 'the aliases in the file multiply beyond measure. Write out what they stand for.'

const syntaxFaults: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'this alias has no anchor before it',
  BAD_INDENT: 'the indentation does not fit what is around it, or a bracket before it is not closed',
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
    return document.toJS({ maxAliasCount: maxAliases })
  } catch (error) {
    return error
  }
}

function offsetOf(document: Document.Parsed, text: string, path: Path, { key, within }: Which): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, part] of path.entries()) {
    const step = stepInto(document, node, part)
    if (step === undefined) return offset
    const wanted = key === true && depth === path.length - 1 ? step.key : step.value
    offset = startOf(wanted) ?? startOf(step.key) ?? offset
    node = step.value
  }
  const scalar = isAlias(node) ? node.resolve(document) : node
  return within !== undefined && isScalar(scalar) ? offsetWithin(text, scalar, within) : offset
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
  return isNode(node) ? (node.range?.[0] ?? undefined) : undefined
}

/** Follows the text of a scalar through its quotes, escapes, line ends and indentation. */
function offsetWithin(text: string, scalar: Scalar, within: number): number {
  const value = String(scalar.value)
  const [start = 0, end = 0] = scalar.range ?? []
  const isBlock = scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL'
  const twice = doubled[scalar.type ?? '']
  let at = isBlock ? text.indexOf('\n', start) + 1 : start + (twice === undefined ? 0 : 1)
  let read = 0
  while (at < end && (read < within || text[at] !== value[read])) {
    const step = stepOver(text[at] ?? '', value[read] ?? '', twice)
    if (step === undefined) break
    at += step.written
    read += step.read
  }
  return Math.min(at, Math.max(end - 1, 0))
}

/** What stands twice in quotes to be there once. */
const doubled: Readonly<Record<string, string>> = { QUOTE_SINGLE: "'", QUOTE_DOUBLE: '\\' }

/** How far the next character of the file brings, in the file and in the value. */
function stepOver(
  written: string,
  read: string,
  twice: string | undefined
): { readonly written: number; readonly read: number } | undefined {
  if (written === read) return { written: written === twice ? 2 : 1, read: 1 }
  if (/[\s\\]/.test(written)) return { written: 1, read: 0 }
  return /\s/.test(read) ? { written: 0, read: 1 } : undefined
}
