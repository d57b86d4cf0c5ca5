import { queues as queueList } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { ServiceContext } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'

export type Surroundings = Pick<ServiceContext<unknown>, 'log' | 'signal' | 'untilReady'>

export interface Leadership {
  readonly connector: string
  readonly store: Store
  readonly queues: Queues
  /** Called when somebody asked for a run of the connector. */
  readonly onRequest: () => void
}

/**
 * One importer for each connector: this process waits for the lease, works while it holds it, and waits again when
 * it is lost. Ends with the service.
 *
 * @param work ends only when its signal is aborted, or with an error
 */
export async function leadWhenOurTurn(
  leadership: Leadership,
  surroundings: Surroundings,
  work: (signal: AbortSignal) => Promise<void>
): Promise<void> {
  const { signal } = surroundings
  while (!signal.aborted) {
    try {
      await oneTurn(leadership, surroundings, work)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

async function oneTurn(
  { connector, store, queues, onRequest }: Leadership,
  { signal, log, untilReady }: Surroundings,
  work: (signal: AbortSignal) => Promise<void>
): Promise<void> {
  await using lease = await untilReady(`the lease of ${connector}`, () =>
    store.waitForLease(`import:${connector}`, signal)
  )
  log.info({ connector }, 'holds the lease of the connector')
  try {
    const held = AbortSignal.any([signal, lease.lost])
    await untilReady('the runs', () => {
      held.throwIfAborted()
      return store.runs.failAbandoned(connector)
    })
    await using _requests = queues.consume(
      queueList.importRequested,
      { concurrency: 1, partition: connector },
      async () => {
        onRequest()
        return 'woken'
      }
    )
    await work(held)
  } catch (error) {
    if (signal.aborted || !lease.lost.aborted) throw error
    log.warn({ connector }, 'lost the lease of the connector, with the connection to PostgreSQL')
  }
}
