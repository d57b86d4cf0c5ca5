import type { DirectoryEntry, EntryKind } from '../state/directory-entry.ts'
import { type EntityType, entityTypes, render, renderTyped, type Selection, selection } from './entity.ts'
import { type Filter, parseFilter } from './filter.ts'
import { candidates, satisfies } from './filter-evaluation.ts'
import { malformed, unsupportedQuery } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, ok } from './graph-request.ts'
import {
  hasEventualConsistency,
  isAdvanced,
  nextLink,
  pageSize,
  refuseOthers,
  startOfPage
} from './query-options.ts'

/** A page of the objects of one kind. */
export function listEntities(
  request: GraphRequest,
  type: EntityType,
  view: (entry: DirectoryEntry, shown: Selection) => Record<string, unknown> = render,
  entriesOf: (request: GraphRequest, type: EntityType) => Iterable<DirectoryEntry> = matchingEntries
): GraphResponse {
  refuseOthers(request, '$select', '$filter', '$top', '$count', '$expand', '$skiptoken')
  const shown = selection(type, request.query.get('$select'))
  const size = pageSize(request)
  const page = takePage(entriesOf(request, type), startOfPage(request), size)
  return ok({
    '@odata.context': contextOf(request, `${type.entitySet}${selectedNames(request)}`),
    ...countOf(request, () => [...entriesOf(request, type)].length),
    ...linkOf(request, page),
    value: page.entries.map(entry => view(entry, shown))
  })
}

/** How many there are: `/users/$count`, text, only with eventual consistency. */
export function countEntities(request: GraphRequest, type: EntityType): GraphResponse {
  return countResponse(request, () => [...matchingEntries(request, type)].length)
}

export function countResponse(request: GraphRequest, count: () => number): GraphResponse {
  if (!hasEventualConsistency(request)) {
    throw unsupportedQuery('$count is not currently supported.')
  }
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: String(count()) }
}

/** A page of objects of mixed types, such as members. `cast` leaves only those of one type. */
export function listMixed(
  request: GraphRequest,
  entries: Iterable<DirectoryEntry>,
  context: string,
  cast?: EntryKind
): GraphResponse {
  refuseOthers(request, '$select', '$top', '$count', '$skiptoken')
  if (cast !== undefined && !hasEventualConsistency(request)) {
    throw unsupportedQuery("The 'ConsistencyLevel:eventual' header is required to cast this relationship.")
  }
  const ordered = inOrder([...entries].filter(entry => cast === undefined || entry.kind === cast))
  const page = takePage(ordered, startOfPage(request), pageSize(request))
  return ok({
    '@odata.context': contextOf(request, context),
    ...countOf(request, () => ordered.length),
    ...linkOf(request, page),
    value: page.entries.map(entry => renderTyped(entry, mixedSelection(request, entry.kind)))
  })
}

/** `graph.user`, `graph.group`, … at the end of a relationship's path. */
export function castOf(segment: string | undefined): EntryKind | undefined {
  if (segment === undefined) return undefined
  const type = Object.values(entityTypes).find(({ name }) => segment === `graph.${name}`)
  if (type !== undefined) return type.kind
  throw malformed(`Resource not found for the segment '${segment}'.`)
}

/** A `$select` over mixed types shows of each object what its type has. */
export function mixedSelection(request: GraphRequest, kind: EntryKind): Selection {
  const type = entityTypes[kind]
  const names = request.query.get('$select')?.split(',')
  const own = names?.filter(name => name === 'id' || type.properties.has(name.trim()))
  return own === undefined ? selection(type, undefined) : selection(type, own.join(',') || 'id')
}

export function contextOf(request: GraphRequest, what: string): string {
  return `${request.root}/$metadata#${what}`
}

export function selectedNames(request: GraphRequest): string {
  const select = request.query.get('$select')
  return select === undefined ? '' : `(${select})`
}

/** Those in the bin that a `$filter` asks for, in the order of their ordinals. */
export function deletedEntries(request: GraphRequest, type: EntityType): DirectoryEntry[] {
  const filter = filterOf(request, type)
  const entries = [...request.tenant.directory.bin.values()].filter(
    entry => entry.kind === type.kind && (filter === undefined || satisfies(entry, filter))
  )
  return inOrder(entries)
}

function* matchingEntries(request: GraphRequest, type: EntityType): Iterable<DirectoryEntry> {
  const { directory } = request.tenant
  const filter = filterOf(request, type)
  const some = filter === undefined ? undefined : candidates(filter, type, directory)
  const ordered = some === undefined ? undefined : inOrder(some)
  for (const entry of ordered ?? directory.live[type.kind].values()) {
    if (directory.isVisible(entry) && (filter === undefined || satisfies(entry, filter))) yield entry
  }
}

function filterOf(request: GraphRequest, type: EntityType): Filter | undefined {
  const text = request.query.get('$filter')
  return text === undefined ? undefined : parseFilter(text, type, isAdvanced(request))
}

function inOrder(entries: Iterable<DirectoryEntry>): DirectoryEntry[] {
  return [...entries].sort((left, right) => left.ordinal - right.ordinal)
}

interface Page {
  readonly entries: readonly DirectoryEntry[]
  /** Where the next page begins; `undefined` on the last one. */
  readonly nextAfter: number | undefined
}

/** The entries come in the order of their ordinals. */
function takePage(entries: Iterable<DirectoryEntry>, after: number, size: number): Page {
  const taken: DirectoryEntry[] = []
  for (const entry of entries) {
    if (entry.ordinal <= after) continue
    if (taken.length === size) return { entries: taken, nextAfter: taken.at(-1)?.ordinal }
    taken.push(entry)
  }
  return { entries: taken, nextAfter: undefined }
}

function countOf(request: GraphRequest, count: () => number): Record<string, unknown> {
  return isAdvanced(request) ? { '@odata.count': count() } : {}
}

function linkOf(request: GraphRequest, page: Page): Record<string, unknown> {
  return page.nextAfter === undefined ? {} : { '@odata.nextLink': nextLink(request, page.nextAfter) }
}
