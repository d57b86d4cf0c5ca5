import { connectQueues } from '@opendirsync/queue'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { ExportConfig } from './config.ts'
import { consumeExportPending } from './consume-export-pending.ts'
import { keepUp } from './keep-up.ts'
import { tenant } from './tenant.ts'

await runService('export', ExportConfig, async ({ config, log, untilReady, untilStopped }) => {
  const url = config.POSTGRES_URL.reveal()
  const concurrency = config.EXPORT_CONCURRENCY
  const deleteThreshold = config.DELETE_THRESHOLD
  const entra = tenant(config)
  await using store = await untilReady('PostgreSQL', () => openStore({ url, poolSize: concurrency * 2 + 2 }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  const facts = await untilReady('Microsoft Graph', () => entra.check())
  log.info({ tenant: facts, mode: entra.mode }, 'reached the tenant')
  await store.tenant.remember(facts)
  await using _consumer = consumeExportPending({ store, queues, entra, concurrency, deleteThreshold })
  await using _upkeep = keepUp({ store, queues, log, entra, config })
  await untilStopped()
})
