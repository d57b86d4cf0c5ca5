import type { Queues } from '@opendirsync/queue'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { ReadinessChecks } from './current-checks.ts'
import { publishStaged } from './publish-staged.ts'
import { resynchronise } from './resynchronise.ts'

export interface Upkeep {
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  readonly rules: () => Promise<RulesOfRevision>
  readonly checks: ReadinessChecks
}

/** Small enough that a message of an import hardly waits for the lock that this takes. */
const inspectedAtOnce = 1_000

const wokenAtOnce = 1_000

/** What goes on beside the messages: objects that other rules, or other facts of the tenant, make something else of. */
export function keepUp({ store, queues, log, rules, checks }: Upkeep): AsyncDisposable {
  const running = new AsyncDisposableStack()
  running.use(
    queues.schedule({
      name: 'resynchronise',
      everyMs: 2_000,
      run: ({ signal }) => resynchronise({ store, queues, log }, signal)
    })
  )
  running.use(
    queues.schedule({
      name: 'wake-waiting',
      everyMs: 15_000,
      run: async () => publishStaged(queues, await store.pending.wakeForgotten(wokenAtOnce))
    })
  )
  running.use(
    queues.schedule({
      name: 'refresh-readiness',
      everyMs: 5_000,
      async run({ signal }) {
        let isLeft = true
        while (isLeft && !signal.aborted) {
          const { inspector, facts } = await checks.newest()
          const { rules: inForce } = await rules()
          isLeft = await store.readiness.refresh({ rules: inForce, inspector, facts, limit: inspectedAtOnce })
        }
      }
    })
  )
  return running
}
