import { malformed } from './graph-error.ts'

export interface RequestPath {
  readonly path: string
  readonly segments: readonly string[]
  readonly query: ReadonlyMap<string, string>
}

const noQuery: ReadonlyMap<string, string> = new Map()

/**
 * Reads a path below `/v1.0` into segments. The spellings that OData allows become one:
 * `users('x')` as `users/x`, `groups(uniqueName='x')` as `groups(uniqueName)/x`,
 * `microsoft.graph.user` as `graph.user`, `microsoft.graph.delta()` as `delta`.
 */
export function parsePath(url: string): RequestPath {
  const questionMark = url.indexOf('?')
  const path = questionMark === -1 ? url : url.slice(0, questionMark)
  const segments: string[] = []
  for (const part of path.split('/')) if (part !== '') pushSegments(segments, decode(part))
  return { path, segments, query: questionMark === -1 ? noQuery : parseQuery(url.slice(questionMark + 1)) }
}

const boundOperations = new Set(['delta', 'getByIds', 'restore', 'revokeSignInSessions'])

function pushSegments(segments: string[], part: string): void {
  const parenthesis = part.indexOf('(')
  if (parenthesis === -1 || !part.endsWith(')')) {
    segments.push(shortName(part))
    return
  }
  const name = shortName(part.slice(0, parenthesis))
  const key = part.slice(parenthesis + 1, -1)
  if (key === '') segments.push(name)
  else if (key.startsWith("'")) segments.push(name, unquote(key))
  else pushAlternateKey(segments, name, key)
}

function pushAlternateKey(segments: string[], name: string, key: string): void {
  const equals = key.indexOf('=')
  if (equals === -1) throw malformed(`The key '${key}' of the request is not valid.`)
  segments.push(`${name}(${key.slice(0, equals)})`, unquote(key.slice(equals + 1)))
}

function shortName(name: string): string {
  if (!name.startsWith('microsoft.graph.')) return name
  const short = name.slice('microsoft.graph.'.length)
  return boundOperations.has(short) ? short : `graph.${short}`
}

function unquote(text: string): string {
  return text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text
}

function decode(part: string): string {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    throw malformed('The request URI is not valid.')
  }
}

/** System query options may be written without their dollar sign. */
const systemOptions = new Set([
  'select',
  'filter',
  'top',
  'count',
  'expand',
  'orderby',
  'search',
  'skiptoken'
])

function parseQuery(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    query.set(systemOptions.has(name.toLowerCase()) ? `$${name.toLowerCase()}` : name, value)
  }
  return query
}
