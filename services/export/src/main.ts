import { queues as queueList } from '@opendirsync/contracts'
import { connectQueues, messagesOf } from '@opendirsync/queue'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { ExportConfig } from './config.ts'
import { consumeExportPending } from './consume-export-pending.ts'
import { reportHeldDeletes } from './report-held-deletes.ts'
import { tenant } from './tenant.ts'

const mostAtOnce = 5_000

await runService('export', ExportConfig, async ({ config, log, untilReady, untilStopped }) => {
  const url = config.POSTGRES_URL.reveal()
  const concurrency = config.EXPORT_CONCURRENCY
  const entra = tenant(config)
  await using store = await untilReady('PostgreSQL', () => openStore({ url, poolSize: concurrency * 2 + 2 }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  const facts = await untilReady('Microsoft Graph', () => entra.check())
  log.info({ tenant: facts, mode: entra.mode }, 'reached the tenant')
  await using _consumer = consumeExportPending({
    store,
    queues,
    entra,
    concurrency,
    deleteThreshold: config.DELETE_THRESHOLD
  })
  await using _sweep = queues.sweep(queueList.exportPending, {
    everyMs: config.SWEEP_SECONDS * 1_000,
    pending: async () =>
      messagesOf(await store.pending.exports(mostAtOnce, config.DELETE_THRESHOLD), entryIds => ({ entryIds }))
  })
  await using _retries = queues.schedule({
    name: 'reopen-refused',
    everyMs: Math.min(config.QUARANTINE_RETRY_SECONDS, 60) * 1_000,
    run: async () => {
      await store.pending.reopenRefused(config.QUARANTINE_RETRY_SECONDS)
    }
  })
  await using _gate = queues.schedule({
    name: 'report-held-deletes',
    everyMs: 60_000,
    run: () => reportHeldDeletes(store, config.DELETE_THRESHOLD, log)
  })
  await untilStopped()
})
