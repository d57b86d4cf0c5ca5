import { queues as queueList, SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Surroundings } from '../lead.ts'
import { WakeUp } from '../wake-up.ts'
import { applyFixes, type FixApplier } from './apply-fixes.ts'
import type { OpenSource } from './open-source.ts'

export interface FixService {
  readonly applier: FixApplier
  readonly openSource: OpenSource
  readonly queues: Queues
}

/** For a wake-up that was lost: the rows tell what waits. */
const lookAgainMs = 30_000

/**
 * Carries out the runs of fixes of one connector, oldest first, beside its imports and on a connection of its own. Only
 * the process that holds the connector's lease does so, and so only it consumes the connector's wake-ups.
 */
export async function serveFixes(
  { applier, openSource, queues }: FixService,
  { untilReady }: Pick<Surroundings, 'untilReady'>,
  signal: AbortSignal
): Promise<void> {
  const { connector } = applier
  const wakeUp = new WakeUp()
  await using _requests = queues.consume(
    queueList.fixesRequested,
    { concurrency: 1, partition: connector },
    async () => {
      wakeUp.wake('api')
      return 'woken'
    }
  )
  for (;;) {
    await wakeUp.next(lookAgainMs, signal)
    let more = true
    while (more) {
      more = await untilReady(`the fixes of ${connector}`, () => {
        signal.throwIfAborted()
        return nextRun(applier, openSource, signal)
      })
    }
  }
}

/** @returns false when there is none to do. */
async function nextRun(applier: FixApplier, openSource: OpenSource, signal: AbortSignal): Promise<boolean> {
  const { connector, fixes, log } = applier
  if (!(await fixes.isWaiting(connector))) return false
  // First the connection: what is asked for stays queued while no controller can be reached.
  await using source = await openSource(signal)
  const run = await fixes.takeRun(connector)
  if (run === undefined) return false
  try {
    await applyFixes(applier, source.connection, { run, signal })
  } catch (error) {
    if (signal.aborted) throw error
    // Another controller may answer, or hold a copy that can be written.
    if (error instanceof UnavailableError && error.system === 'active-directory') source.leave(error.message)
    if (error instanceof UnavailableError || error instanceof SetupError) throw error
    const message = error instanceof Error ? error.message : String(error)
    log.error({ connector, fixRun: run.id, err: error }, 'a run of fixes has failed')
    await fixes.fail(run.id, message)
  }
  return true
}
