import { queues as queueList } from '@opendirsync/contracts'
import { connectQueues } from '@opendirsync/queue'
import { ruleBook } from '@opendirsync/rules'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { ImportConfig } from './config.ts'
import { registerInOrder } from './register-in-order.ts'
import { serveConnector } from './serve-connector.ts'
import { connectorSettings } from './settings/connectors.ts'
import { stagedMessages } from './staged-messages.ts'

await runService('import', ImportConfig, async service => {
  const { config, log, untilReady, untilStopped } = service
  const connectors = await connectorSettings(config)
  const poolSize = 4 + 3 * connectors.length
  await using store = await untilReady('PostgreSQL', () =>
    openStore({ url: config.POSTGRES_URL.reveal(), poolSize })
  )
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  await untilReady('PostgreSQL', () => registerInOrder(store.connectors, connectors))
  await using _sweep = queues.sweep(queueList.objectStaged, {
    everyMs: config.SWEEP_SECONDS * 1_000,
    pending: () => stagedMessages(store)
  })
  const book = ruleBook(store.rules)
  const rules = () => book.current()
  const serving = Promise.all(
    connectors.map(settings => serveConnector(settings, { store, queues, rules }, service))
  )
  await Promise.race([serving, untilStopped()])
  await serving
})
