import { connectQueues } from '@opendirsync/queue'
import { ruleBook } from '@opendirsync/rules'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { TransformConfig } from './config.ts'
import { consumeObjectStaged } from './consume-object-staged.ts'
import { currentChecks } from './current-checks.ts'
import { defaultsFingerprint } from './defaults-fingerprint.ts'
import { keepUp } from './keep-up.ts'
import { serveRulesFile } from './serve-rules-file.ts'

await runService('transform', TransformConfig, async service => {
  const { config, log, untilReady, untilStopped } = service
  const url = config.POSTGRES_URL.reveal()
  const concurrency = config.TRANSFORM_CONCURRENCY
  await using store = await untilReady('PostgreSQL', () => openStore({ url, poolSize: concurrency + 4 }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  await using _file = await serveRulesFile(store, service)
  await store.rules.haveDefaults(defaultsFingerprint())
  const book = ruleBook(store.rules)
  const rules = () => book.current()
  await untilReady('the rules', rules)
  const checks = currentChecks(store, rules)
  await using _consumer = consumeObjectStaged({ queues, store, log, rules, checks, concurrency })
  await using _upkeep = keepUp({ store, queues, log, rules, checks })
  await untilStopped()
})
