import type { Queues } from '@opendirsync/queue'
import type { GateSettings, Store } from '@opendirsync/store'
import { publishPending } from './publish-pending.ts'

interface Deps {
  readonly store: Pick<Store, 'pending'>
  readonly queues: Pick<Queues, 'publishAll'>
  readonly gate: GateSettings
}

/** The rest is found by the sweeps, as soon as these are written. */
const mostAtOnce = 5_000

/** Everything that has waited while nothing was written is news, those first whom nobody should wait for. */
export async function publishWaiting({ store, queues, gate }: Deps): Promise<void> {
  await publishPending(queues, 'urgent', await store.pending.urgentExports(mostAtOnce, gate))
  await publishPending(queues, 'bulk', await store.pending.exports(mostAtOnce, gate))
}
