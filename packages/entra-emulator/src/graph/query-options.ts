import { malformed, unsupportedQuery } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'

const largestPage = 999

/** `ConsistencyLevel: eventual` with `$count=true`: what Graph calls an advanced query. */
export function isAdvanced(request: GraphRequest): boolean {
  return hasEventualConsistency(request) && request.query.get('$count') === 'true'
}

export function hasEventualConsistency(request: GraphRequest): boolean {
  return request.headers.consistencylevel?.toLowerCase() === 'eventual'
}

export function pageSize(request: GraphRequest, usual = 100): number {
  const text = request.query.get('$top')
  if (text === undefined) return usual
  const size = Number(text)
  if (!Number.isInteger(size) || size < 1) {
    throw malformed(`Invalid value '${text}' for $top query option found.`)
  }
  if (size > largestPage) throw unsupportedQuery('Invalid page size specified. Must be between 1 and 999.')
  return size
}

/** The ordinal after which the page begins; 0 for the first page. */
export function startOfPage(request: GraphRequest): number {
  const token = request.query.get('$skiptoken')
  if (token === undefined) return 0
  const ordinal = Number(Buffer.from(token, 'base64url').toString('utf8').replace('after:', ''))
  if (!Number.isInteger(ordinal) || ordinal < 1) {
    throw expiredPage()
  }
  return ordinal
}

function expiredPage() {
  return unsupportedQuery(
    'The specified page token value has expired and can no longer be included in your request.'
  )
}

/** The same request, from where this page ended. */
export function nextLink(request: GraphRequest, ordinal: number): string {
  const query = new URLSearchParams([...request.query].filter(([name]) => name !== '$skiptoken'))
  query.set('$skiptoken', Buffer.from(`after:${ordinal}`).toString('base64url'))
  return `${request.root}${request.path}?${query.toString()}`
}

const known = new Set([
  '$select',
  '$filter',
  '$top',
  '$count',
  '$expand',
  '$orderby',
  '$search',
  '$skiptoken'
])

/** Refuses options that the resource does not take. */
export function refuseOthers(request: GraphRequest, ...allowed: string[]): void {
  for (const name of request.query.keys()) {
    if (!name.startsWith('$') || allowed.includes(name)) continue
    if (!known.has(name)) throw malformed(`The query parameter '${name}' is not supported.`)
    throw unsupportedQuery(`The query option '${name}' is not supported here.`)
  }
}
