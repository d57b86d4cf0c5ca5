import type { Logger } from '@opendirsync/runtime'
import { connectWriteBudget } from '@opendirsync/write-budget'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'

type Config = Readonly<Static<typeof ExportConfig>>

/** https://learn.microsoft.com/graph/throttling-limits: identity and access. */
const writeWindowMs = 150_000
const resourceUnitWindowMs = 10_000

/** What all exporters of this tenant and application may spend together. */
export function openBudget(config: Config, log: Logger): ReturnType<typeof connectWriteBudget> {
  return connectWriteBudget({
    redisUrl: config.REDIS_URL.reveal(),
    tenantId: config.GRAPH_TENANT_ID,
    applicationId: config.GRAPH_CLIENT_ID,
    quota: {
      writes: config.GRAPH_WRITE_QUOTA,
      writeWindowMs,
      resourceUnits: config.GRAPH_RESOURCE_UNIT_QUOTA,
      resourceUnitWindowMs
    },
    share: config.GRAPH_QUOTA_SHARE / 100,
    log
  })
}

/**
 * How many objects one claim holds locked: the claims of all messages together as many as are written in about two
 * seconds, since so long a change that is urgent may have to wait for the lock.
 */
export function claimAtOnce({
  GRAPH_WRITE_QUOTA: writes,
  GRAPH_QUOTA_SHARE: share,
  EXPORT_CONCURRENCY: concurrency
}: Pick<Config, 'GRAPH_WRITE_QUOTA' | 'GRAPH_QUOTA_SHARE' | 'EXPORT_CONCURRENCY'>): number {
  const perSecond = (writes / (writeWindowMs / 1_000)) * (share / 100)
  return Math.min(200, Math.max(1, Math.round((2 * perSecond) / concurrency)))
}
