import type { ConfirmedType, DriftPolicy } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import type { Queues } from '@opendirsync/queue'
import type { Logger } from '@opendirsync/runtime'
import type { Store, VanishedThreshold } from '@opendirsync/store'
import { followChanges } from './follow-changes.ts'
import { publishPending } from './publish-pending.ts'

export interface ConfirmingDeps {
  readonly store: Pick<Store, 'confirming'>
  readonly queues: Pick<Queues, 'publishAll'>
  readonly entra: Pick<Entra, 'mode' | 'changes' | 'readObjects'>
  readonly log: Logger
  readonly policy: DriftPolicy
  /** What was written less long ago is not judged. */
  readonly graceSeconds: number
  readonly vanished: VanishedThreshold
}

const types: readonly ConfirmedType[] = ['user', 'group']
/** Of one reading; they are written back by the same transaction. */
const suspectsAtOnce = 100
const referencesAtOnce = 1_000
/** What could not be judged is looked at again after this time. */
const putOffSeconds = 5

/**
 * Reads what the tenant tells of its changes, then looks at what does not fit to what was written. In staging mode it
 * reads and tells, and puts nothing back.
 *
 * @throws SetupError, UnavailableError; what was read until then is kept
 */
export async function confirmingImport(deps: ConfirmingDeps, signal: AbortSignal): Promise<void> {
  const { store, entra, policy } = deps
  // Asked before each step: the mode may change during a long reading.
  const putsBack = () => policy === 'put-back' && entra.mode === 'export'
  await store.confirming.settle(putsBack())
  for (const objectType of types) {
    await followChanges(deps, objectType, signal)
    signal.throwIfAborted()
  }
  const objects = await judgeSuspects(deps, putsBack, signal)
  if (putsBack()) await decideVanished(deps)
  const references = await judgeReferences(deps, putsBack, signal)
  const drift = objects + references
  if (drift > 0) {
    const done = putsBack() ? 'it is put back as far as that is allowed' : 'nothing is put back'
    deps.log.warn({ drift }, `${drift} things in the tenant are not as they were written; ${done}`)
  }
}

/** When too much has vanished, nobody but a person can know whether it should come back. */
async function decideVanished({ store, queues, log, vanished }: ConfirmingDeps): Promise<void> {
  const { exportable, held, waiting } = await store.confirming.decideVanished(vanished)
  await publishPending(queues, 'single', exportable)
  if (held === 0) return
  log.error(
    { held, waiting },
    `${held} users or groups have vanished from the tenant, which is more than is put back without a person; ${waiting} are held. ` +
      'Find out why. Look at them with GET /v1/drift?action=held; POST /v1/drift/put-back has all of them written again.'
  )
}

async function judgeSuspects(
  deps: ConfirmingDeps,
  putsBack: () => boolean,
  signal: AbortSignal
): Promise<number> {
  const { store, entra, graceSeconds } = deps
  let drift = 0
  for (;;) {
    signal.throwIfAborted()
    const suspects = await store.confirming.suspects(suspectsAtOnce)
    if (suspects.length === 0) return drift
    const reads = await entra.readObjects(suspects)
    const read = suspects.flatMap(suspect => {
      const found = reads.get(suspect.entraId)
      return found === undefined ? [] : [{ suspect, read: found }]
    })
    const judged = await store.confirming.judge(read, { putsBack: putsBack(), graceSeconds })
    const judgedIds = new Set(read.map(({ suspect }) => suspect.entryId))
    const unread = suspects.map(({ entryId }) => entryId).filter(id => !judgedIds.has(id))
    await store.confirming.putOff(unread, putOffSeconds)
    drift += judged.drift
    await publishPending(deps.queues, 'single', judged.exportable)
  }
}

async function judgeReferences(
  deps: ConfirmingDeps,
  putsBack: () => boolean,
  signal: AbortSignal
): Promise<number> {
  let drift = 0
  for (;;) {
    signal.throwIfAborted()
    const input = { putsBack: putsBack(), graceSeconds: deps.graceSeconds }
    const judged = await deps.store.confirming.judgeReferences(referencesAtOnce, input)
    if (judged === undefined) return drift
    drift += judged.drift
    await publishPending(deps.queues, 'single', judged.exportable)
  }
}
