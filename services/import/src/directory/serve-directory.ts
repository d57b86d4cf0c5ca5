import { canReadDeletedObjects, type DomainControllers } from '@opendirsync/active-directory'
import type { Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'
import { setFirstScope } from '../first-scope.ts'
import { leadWhenOurTurn, type Surroundings } from '../lead.ts'
import { scheduleFullImports } from '../schedule.ts'
import type { ActiveDirectorySettings } from '../settings/connector-settings.ts'
import { WakeUp } from '../wake-up.ts'
import { findPlaces } from './find-places.ts'
import type { DirectoryImporter } from './importer.ts'
import { type OpenSource, sourceOpener } from './open-source.ts'
import { Patience } from './patience.ts'
import { Pause } from './pause.ts'
import { serveDeltas } from './serve-deltas.ts'
import { serveFixes } from './serve-fixes.ts'
import { serveFullImports } from './serve-full-imports.ts'
import { settleSourceAnchor } from './settle-source-anchor.ts'

export interface DirectoryParts {
  readonly connector: string
  readonly settings: ActiveDirectorySettings
  readonly controllers: DomainControllers
  readonly store: Store
  readonly queues: Queues
  readonly rules: DirectoryImporter['rules']
}

/** What finds deletions where the account cannot read deleted objects: 02:30 UTC, each night. */
const nightly = '30 2 * * *'

/** One domain: delta imports as it changes, and full imports beside them, while this process holds its lease. */
export async function serveDirectory(parts: DirectoryParts, surroundings: Surroundings): Promise<void> {
  const { connector, settings, controllers, store, queues, rules } = parts
  const { log, untilReady } = surroundings
  await untilReady('PostgreSQL', () => store.connectors.register(connector, 'active-directory'))
  const deltas = new WakeUp()
  const fullImports = new WakeUp()
  const openSource = sourceOpener({
    connector,
    controllers,
    store,
    log,
    onFullImportRequested: () => fullImports.wake('api')
  })
  const importer = { connector, store, queues, log, rules, objectSecurity: settings.objectSecurity }
  const onRequest = () => {
    deltas.wake('api')
    fullImports.wake('api')
  }
  await leadWhenOurTurn({ connector, store, queues, onRequest }, surroundings, async held => {
    const failed = new AbortController()
    const signal = AbortSignal.any([held, failed.signal])
    await prepare(parts, surroundings, { openSource, signal })
    const pattern = await fullImportPattern(parts, surroundings, { openSource, signal })
    using _schedule =
      pattern === undefined ? undefined : scheduleFullImports({ connector, pattern, store, log, onRequest })
    const pause = new Pause()
    const work = [
      serveDeltas(
        {
          importer,
          openSource,
          wakeUp: deltas,
          fullImports,
          pollMs: settings.pollMs,
          patience: new Patience(),
          pause
        },
        surroundings,
        signal
      ),
      serveFullImports({ importer, openSource, wakeUp: fullImports, deltas, pause }, surroundings, signal),
      serveFixes(
        { applier: { connector, fixes: store.fixes, log }, openSource, queues },
        surroundings,
        signal
      )
    ]
    try {
      await Promise.all(work)
    } catch (error) {
      // Where one fails the other must not go on by itself.
      failed.abort(error)
      await Promise.allSettled(work)
      throw error
    }
  })
}

interface Preparing {
  readonly openSource: OpenSource
  readonly signal: AbortSignal
}

/** The scope of the settings counts before the first import, so that nothing leaves that is not meant to. */
async function prepare(
  { connector, settings, store, rules }: DirectoryParts,
  { log, untilReady }: Surroundings,
  { openSource, signal }: Preparing
): Promise<void> {
  await untilReady(`the source anchor, by ${connector}`, () => {
    signal.throwIfAborted()
    return settleSourceAnchor({ connector, store, rules, log }, () => openSource(signal))
  })
  const { scope } = settings
  if (scope === undefined) return
  await untilReady(`the scope of ${connector}`, () => {
    signal.throwIfAborted()
    return setFirstScope({ connector, scope, store, log, rules }, async places => {
      await using source = await openSource(signal)
      return await findPlaces(source, places)
    })
  })
}

async function fullImportPattern(
  { connector, settings }: DirectoryParts,
  { log, untilReady }: Surroundings,
  { openSource, signal }: Preparing
): Promise<string | undefined> {
  if (settings.fullImport !== undefined || !settings.objectSecurity) return settings.fullImport
  const readable = await untilReady(`Active Directory for ${connector}`, async () => {
    signal.throwIfAborted()
    await using source = await openSource(signal)
    return await canReadDeletedObjects(source.connection, source.namingContext)
  })
  if (readable) return undefined
  log.warn(
    { connector },
    'The service account cannot read deleted objects, so deletions are found by a full import only, each night at 02:30 UTC. ' +
      'Give it List Contents and Read Property on CN=Deleted Objects, or the right to replicate.'
  )
  return nightly
}
