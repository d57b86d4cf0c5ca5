import { setTimeout as delay } from 'node:timers/promises'
import { DomainControllers } from '@opendirsync/active-directory'
import type { Queues } from '@opendirsync/queue'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { ServiceContext } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { serveCsv } from './csv/serve-csv.ts'
import { dnsNameOf } from './directory/dns-name.ts'
import { serveDirectory } from './directory/serve-directory.ts'
import type { Surroundings } from './lead.ts'
import type { ConnectorSettings } from './settings/connector-settings.ts'

interface ConnectorParts {
  readonly store: Store
  readonly queues: Queues
  /** The rules in force. */
  readonly rules: () => Promise<RulesOfRevision>
}

/** A fault that nobody foresaw is not there a moment later, or is there every time. */
const tryAgainMs = 30_000

/**
 * One connector, whatever its kind is, until the service stops. What stops one does not stop the others: it is said, and
 * the connector begins anew a while later.
 */
export async function serveConnector(
  settings: ConnectorSettings,
  parts: ConnectorParts,
  surroundings: Surroundings & Pick<ServiceContext<unknown>, 'health'>
): Promise<void> {
  const { signal, log, health } = surroundings
  const what = `the connector ${settings.name ?? ''}`.trim()
  while (!signal.aborted) {
    try {
      await serveOne(settings, parts, surroundings)
    } catch (error) {
      if (signal.aborted) return
      const message = error instanceof Error ? error.message : String(error)
      log.error(
        { err: error, connector: settings.name },
        `${what} has failed and begins anew in ${tryAgainMs / 1_000} s`
      )
      health.report(what, `has failed: ${message}`)
      await delay(tryAgainMs, undefined, { signal }).catch(() => {})
      health.report(what, undefined)
    }
  }
}

async function serveOne(
  settings: ConnectorSettings,
  parts: ConnectorParts,
  surroundings: Surroundings
): Promise<void> {
  if (settings.kind === 'csv') return serveCsv({ ...parts, connector: settings.name, settings }, surroundings)
  const controllers = new DomainControllers({ source: settings.controllers, account: settings })
  const connector = settings.name ?? (await nameOf(controllers, surroundings))
  await serveDirectory({ ...parts, connector, settings, controllers }, surroundings)
}

/** Only the directory knows what its domain is called. */
async function nameOf(controllers: DomainControllers, { untilReady, signal }: Surroundings): Promise<string> {
  return untilReady('Active Directory', async () => {
    const { connection, rootDse } = await controllers.connect(signal)
    await connection[Symbol.asyncDispose]()
    return dnsNameOf(rootDse.defaultNamingContext)
  })
}
