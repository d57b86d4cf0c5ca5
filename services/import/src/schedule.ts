import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { Cron } from 'croner'

interface Scheduled {
  readonly connector: string
  /** A cron pattern, in UTC. */
  readonly pattern: string
  readonly store: Store
  readonly log: Logger
  readonly onRequest: () => void
}

/** Asks for a full import whenever the pattern says so, until it is disposed. */
export function scheduleFullImports({ connector, pattern, store, log, onRequest }: Scheduled): Disposable {
  const job = new Cron(pattern, { timezone: 'UTC', protect: true, unref: true }, async () => {
    try {
      await store.runs.request({
        connector,
        mode: 'full',
        trigger: 'schedule',
        reason: `The schedule is ${pattern}.`
      })
      onRequest()
    } catch (error) {
      log.warn(
        { connector, err: error },
        'a scheduled full import could not be asked for; the next one will be'
      )
    }
  })
  return { [Symbol.dispose]: () => job.stop() }
}
