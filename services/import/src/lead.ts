import { setTimeout as delay } from 'node:timers/promises'
import { queues as queueList, UnavailableError } from '@opendirsync/contracts'
import type { ServiceContext } from '@opendirsync/runtime'
import type { Lease, Store } from '@opendirsync/store'
import { type Following, openSession } from './follow-directory.ts'

type Surroundings = Pick<ServiceContext<unknown>, 'log' | 'signal' | 'untilReady'>

const standbyMs = 1_000

/**
 * One importer for each naming context: this process waits for the lease, imports while it holds it, and
 * waits again when it is lost. Ends with the service.
 */
export async function leadWhenOurTurn(following: Following, surroundings: Surroundings): Promise<void> {
  const { signal } = surroundings
  while (!signal.aborted) {
    try {
      await oneTurn(following, surroundings)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

async function oneTurn(following: Following, surroundings: Surroundings): Promise<void> {
  const { signal, log, untilReady } = surroundings
  const { connector, store } = following
  await using lease = await untilReady('the lease', () => waitForLease(store, connector, signal))
  log.info({ connector }, 'holds the lease of the connector')
  try {
    await lead(following, surroundings, lease)
  } catch (error) {
    if (signal.aborted || !lease.lost.aborted) throw error
    log.warn({ connector }, 'lost the lease of the connector, with the connection to PostgreSQL')
  }
}

async function waitForLease(store: Store, connector: string, signal: AbortSignal): Promise<Lease> {
  for (;;) {
    const lease = await store.tryLease(`import:${connector}`)
    if (lease !== undefined) return lease
    await delay(standbyMs, undefined, { signal })
  }
}

async function lead(
  following: Following,
  { signal, log, untilReady }: Surroundings,
  lease: Lease
): Promise<void> {
  const { connector, store, queues, wakeUp } = following
  const stop = AbortSignal.any([signal, lease.lost])
  await untilReady('the runs', () => store.runs.failAbandoned(connector))
  await using _requests = queues.consume(
    queueList.importRequested,
    { concurrency: 1, partition: connector },
    async () => {
      wakeUp.wake('api')
      return 'woken'
    }
  )
  while (!stop.aborted) {
    await using session = await untilReady('Active Directory', () => {
      stop.throwIfAborted()
      return openSession(following, stop)
    })
    try {
      await session.follow(stop)
    } catch (error) {
      if (stop.aborted) throw error
      log.warn({ connector }, `${messageOf(error)} Connecting again.`)
    }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof UnavailableError) return error.message
  return error instanceof Error ? error.message : String(error)
}
