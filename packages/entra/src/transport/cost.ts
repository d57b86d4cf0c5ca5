import type { RequestCost } from '@opendirsync/contracts'
import type { GraphRequest } from './graph-request.ts'

/** Members for which a bind counts as one write. */
const boundMembersPerWrite = 3

/** Of what costs more than one unit, by the beginning of its address; the longest that fits counts. */
const dearReads: readonly (readonly [path: RegExp, resourceUnits: number])[] = [
  [/^\/users(\?|$)/, 2],
  [/^\/(users|groups)\/[^/]+\/(memberOf|transitiveMemberOf)/, 2],
  [/^\/groups\/[^/]+\/transitiveMembers/, 5],
  [/^\/groups\/[^/]+\/members/, 3]
]

/**
 * What a request takes of the quotas, as far as it can be reckoned before: a write is one write and one resource unit, a
 * read by the table of https://learn.microsoft.com/graph/throttling-limits (identity and access): `$select` takes one
 * unit off, `$expand` adds one, never below one. A bind of n members counts as n/3 writes, as Microsoft has told makers
 * of applications; no page of its says so. What was taken in truth is in the answer's `x-ms-resource-unit`.
 */
export function costOf({ method, url, body }: GraphRequest): RequestCost {
  if (method !== 'GET') return { writes: writesOf(body), resourceUnits: 1 }
  const base = dearReads.find(([path]) => path.test(url))?.[1] ?? 1
  const change = (url.includes('$expand=') ? 1 : 0) - (url.includes('$select=') ? 1 : 0)
  return { writes: 0, resourceUnits: Math.max(1, base + change) }
}

function writesOf(body: GraphRequest['body']): number {
  const bound = body?.['members@odata.bind']
  return Array.isArray(bound) ? Math.max(1, Math.ceil(bound.length / boundMembersPerWrite)) : 1
}
