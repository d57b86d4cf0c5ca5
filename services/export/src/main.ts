import { onPremisesAttributes } from '@opendirsync/entra'
import { connectQueues } from '@opendirsync/queue'
import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { claimAtOnce, openBudget } from './budget.ts'
import { checkTenant } from './check-tenant.ts'
import { ExportConfig } from './config.ts'
import { consumeExportPending } from './consume-export-pending.ts'
import { exportModeInUse } from './export-mode.ts'
import { followExportMode } from './export-mode-following.ts'
import { gateSettings } from './gate-settings.ts'
import { keepUp } from './keep-up.ts'
import { publishWaiting } from './publish-waiting.ts'
import { reportCertificateExpiry, reportMissingPermissions } from './report-tenant.ts'
import { tenant } from './tenant.ts'

await runService('export', ExportConfig, async ({ config, log, untilReady, untilStopped }) => {
  const url = config.POSTGRES_URL.reveal()
  const concurrency = config.EXPORT_CONCURRENCY
  const gate = gateSettings(config)
  await using budget = openBudget(config, log)
  const mode = exportModeInUse(config.EXPORT_MODE)
  const entra = tenant(config, budget, mode.now)
  await using store = await untilReady('PostgreSQL', () => openStore({ url, poolSize: concurrency * 2 + 6 }))
  await using queues = connectQueues({ redisUrl: config.REDIS_URL.reveal(), log })
  await untilReady('Redis', () => queues.ping())
  await using _mode = await followExportMode({
    store,
    log,
    forced: config.EXPORT_MODE,
    inUse: mode,
    onExport: () => publishWaiting({ store, queues, gate })
  })
  const facts = await untilReady('Microsoft Graph', () => checkTenant(entra, store))
  log.info({ tenant: facts, mode: entra.mode }, 'reached the tenant')
  reportMissingPermissions(facts, log)
  reportCertificateExpiry(facts, log)
  if (config.ONPREMISES_ATTRIBUTES === 'on') await store.pending.reopenWithheld(onPremisesAttributes)
  await store.holds.rememberPolicy(gate)
  await using _consumer = consumeExportPending({
    store,
    queues,
    entra,
    concurrency,
    gate,
    retrySeconds: config.QUARANTINE_RETRY_SECONDS,
    claimAtOnce: claimAtOnce(config)
  })
  await using _upkeep = keepUp({ store, queues, log, entra, config, gate })
  await untilStopped()
  // What waits for the quota is not sent any more: only requests that are under way are waited for.
  await budget[Symbol.asyncDispose]()
})
