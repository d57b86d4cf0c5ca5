import { runService } from '@opendirsync/runtime'
import { openStore } from '@opendirsync/store'
import { connectSyncService } from '@opendirsync/sync-service'
import { PasswordSyncConfig } from './config.ts'
import { startDerivation } from './derive/derivation.ts'
import { syncPasswords } from './lead.ts'
import { refuseDumps } from './secrecy/refuse-dumps.ts'
import { createSender } from './send/sender.ts'
import { passwordSyncSettings } from './settings.ts'

await runService('password-sync', PasswordSyncConfig, async service => {
  const { config, log, untilReady, untilStopped } = service
  if (config.PASSWORD_SYNC === 'off') {
    log.info(
      'password hash synchronization is off: set PASSWORD_SYNC=on to send password hashes to the tenant'
    )
    return untilStopped()
  }
  const settings = passwordSyncSettings(config)
  refuseDumps(log)
  log.warn(
    'password hash synchronization is on: it speaks the protocol of Microsoft’s own tool, which Microsoft neither documents nor supports for others'
  )
  await using store = await untilReady('PostgreSQL', () =>
    openStore({ url: config.POSTGRES_URL.reveal(), poolSize: 5 })
  )
  await using derivation = startDerivation(settings.workers)
  using syncService = connectSyncService({ ...settings.syncService, mode: config.EXPORT_MODE })
  const sender = createSender({
    store,
    derivation,
    service: syncService,
    isStaging: config.EXPORT_MODE === 'staging'
  })
  const serving = syncPasswords({ settings, store, service: syncService, sender }, service)
  await Promise.race([serving, untilStopped()])
  await serving
})
