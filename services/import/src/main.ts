import { queues as queueList } from '@opendirsync/contracts'
import { connectQueues } from '@opendirsync/queue'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { ImportConfig } from './config.ts'
import { directoryServer } from './directory-server.ts'
import { discover } from './discover.ts'
import { leadWhenOurTurn } from './lead.ts'
import { stagedMessages } from './staged-messages.ts'
import { WakeUp } from './wake-up.ts'

await runService('import', ImportConfig, async service => {
  const { config, log, untilReady, untilStopped } = service
  await using store = await untilReady('PostgreSQL', () => openStore({ url: config.POSTGRES_URL.reveal() }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  const server = directoryServer(config)
  const { connector, namingContext } = await untilReady('Active Directory', () =>
    discover(server, config.AD_CONNECTOR)
  )
  await untilReady('PostgreSQL', () => store.connectors.register(connector, namingContext))
  await using _sweep = queues.sweep(queueList.objectStaged, {
    everyMs: config.SWEEP_SECONDS * 1_000,
    pending: () => stagedMessages(store)
  })
  const following = {
    server,
    connector,
    store,
    queues,
    log,
    wakeUp: new WakeUp(),
    pollMs: config.AD_POLL_SECONDS * 1_000
  }
  const leading = leadWhenOurTurn(following, service)
  await Promise.race([leading, untilStopped()])
  await leading
})
