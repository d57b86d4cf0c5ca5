import { connectQueues } from '@opendirsync/queue'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { TransformConfig } from './config.ts'
import { consumeObjectStaged } from './consume-object-staged.ts'

await runService('transform', TransformConfig, async ({ config, log, untilReady, untilStopped }) => {
  const url = config.POSTGRES_URL.reveal()
  const concurrency = config.TRANSFORM_CONCURRENCY
  await using store = await untilReady('PostgreSQL', () => openStore({ url, poolSize: concurrency + 2 }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  await using _consumer = consumeObjectStaged({ queues, store, log, concurrency })
  await untilStopped()
})
