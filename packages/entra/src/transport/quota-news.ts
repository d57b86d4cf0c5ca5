import type { QuotaNews } from '@opendirsync/contracts'
import { retryAfterMsOf } from '../errors.ts'
import type { Answer } from './graph-request.ts'

/**
 * What one answer tells of the quotas (https://learn.microsoft.com/graph/throttling-limits, response headers).
 * @param reckonedUnits what the request was taken to cost
 */
export function quotaNews({ headers }: Answer, reckonedUnits: number): QuotaNews {
  const units = numberIn(headers['x-ms-resource-unit'])
  const limitShare = numberIn(headers['x-ms-throttle-limit-percentage'])
  return {
    ...(units !== undefined && { resourceUnitsBeyond: units - reckonedUnits }),
    ...(limitShare !== undefined && { limitShare })
  }
}

/** Several news as one: units add up, of the others the worst counts. */
export function together(news: readonly QuotaNews[]): QuotaNews {
  const units = news.reduce((sum, { resourceUnitsBeyond = 0 }) => sum + resourceUnitsBeyond, 0)
  const shares = news.flatMap(({ limitShare }) => limitShare ?? [])
  return {
    ...(units !== 0 && { resourceUnitsBeyond: units }),
    ...(shares.length > 0 && { limitShare: Math.max(...shares) })
  }
}

/** What a 429 forbids, and for how long. `x-ms-throttle-scope` is `<scope>/<Read|Write|ReadWrite>/<app>/<tenant>`. */
export function throttledBy(answer: Answer): NonNullable<QuotaNews['throttled']> {
  const forbidden = answer.headers['x-ms-throttle-scope']?.split('/')[1]
  const kind = forbidden === 'Read' ? 'reads' : forbidden === 'Write' ? 'writes' : 'everything'
  return { retryAfterMs: retryAfterMsOf(answer), kind }
}

/**
 * Whether refusals for want of quota mean everybody: Graph says so by naming a scope; without one it may be a single
 * machine of its that is busy, unless much of the batch met it.
 */
export function concernsEverybody(throttled: readonly Answer[], batchSize: number): boolean {
  return (
    throttled.length * 2 >= batchSize ||
    throttled.some(({ headers }) => headers['x-ms-throttle-scope'] !== undefined)
  )
}

function numberIn(header: string | undefined): number | undefined {
  const value = header === undefined ? Number.NaN : Number(header)
  return Number.isFinite(value) ? value : undefined
}
