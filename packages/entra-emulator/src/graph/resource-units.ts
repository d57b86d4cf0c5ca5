import type { GraphRequest } from './graph-request.ts'

/** What one request costs, by the throttling page for identity and access. */
export interface Cost {
  readonly resourceUnits: number
  readonly writes: number
}

const baseUnits: Readonly<Record<string, number>> = {
  'GET /users': 2,
  'GET /groups/{id}/members': 3,
  'GET /groups/{id}/transitiveMembers': 5,
  'GET /users/{id}/memberOf': 2,
  'GET /users/{id}/transitiveMemberOf': 2,
  'GET /groups/{id}/memberOf': 2,
  'GET /groups/{id}/transitiveMemberOf': 2,
  'GET /subscribedSkus': 3
}

const getByIds = 'POST /directoryObjects/getByIds'
/** What reads although it is a POST. */
const readingPosts = new Set([getByIds, 'POST /$batch'])

export function isWrite(operation: string): boolean {
  return !operation.startsWith('GET ') && !readingPosts.has(operation)
}

/**
 * `$select` takes one unit off, `$expand` adds one, a page of less than 20 takes one off; never below one.
 * A bind of n members may count as n/3 writes, as Microsoft is reported to have told an application's makers.
 */
export function costOf(operation: string, request: GraphRequest, bindsCostMore: boolean): Cost {
  const { query } = request
  const writes = isWrite(operation) ? writeUnits(request, bindsCostMore) : 0
  if (operation === getByIds) return { resourceUnits: query.has('$select') ? 2 : 5, writes }
  let resourceUnits = baseUnits[operation.replace(/\/(\{type\}|\$ref|\$count)$/, '')] ?? 1
  if (query.size > 0) {
    if (query.has('$select')) resourceUnits -= 1
    if (query.has('$expand')) resourceUnits += 1
    if (Number(query.get('$top') ?? 100) < 20) resourceUnits -= 1
  }
  return { resourceUnits: Math.max(1, resourceUnits), writes }
}

function writeUnits({ body }: GraphRequest, bindsCostMore: boolean): number {
  if (!bindsCostMore || typeof body !== 'object' || body === null) return 1
  const bound = 'members@odata.bind' in body ? body['members@odata.bind'] : undefined
  return Array.isArray(bound) ? Math.max(1, Math.ceil(bound.length / 3)) : 1
}
