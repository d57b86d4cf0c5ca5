import { connectQueues } from '@opendirsync/queue'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { readApiKeys } from './api-keys.ts'
import { buildApp } from './app.ts'
import { ApiConfig } from './config.ts'
import { listen } from './listen.ts'

await runService('api', ApiConfig, async ({ config, log, health, untilReady, untilStopped }) => {
  const apiKeys = readApiKeys(config.API_KEYS.reveal())
  await using store = await untilReady('PostgreSQL', () => openStore({ url: config.POSTGRES_URL.reveal() }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  health.check('PostgreSQL', () => store.ping())
  health.check('Redis', () => queues.ping())

  await using app = await buildApp({ store, queues, health, apiKeys, log })
  const url = await listen(app, { host: config.API_HOST, port: config.API_PORT })

  log.info({ url }, 'the API listens')
  await untilStopped()
})
