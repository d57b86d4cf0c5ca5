import type { Queues } from '@opendirsync/queue'
import { compareRules, type RuleSet, ruleSetOf } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import type { Resync, ScannedObject, Store } from '@opendirsync/store'
import { publishStaged, type StagedName } from './publish-staged.ts'

interface Deps {
  readonly store: Pick<Store, 'resyncs' | 'objects' | 'rules'>
  readonly queues: Queues
  readonly log: Logger
}

const scannedAtOnce = 1_000

/**
 * After other rules were put in force: goes through all objects and gives news to those of which the two make something
 * different. A crash goes on where it was; two that do it at once do no harm.
 */
export async function resynchronise({ store, queues, log }: Deps, signal: AbortSignal): Promise<void> {
  let resync = await store.resyncs.current()
  if (resync === undefined) return
  const { sourceAnchor } = await store.rules.inForce()
  const before = ruleSetOf({ text: resync.from, sourceAnchor })
  const after = ruleSetOf({ text: resync.to, sourceAnchor })
  const { revision } = resync
  while (resync !== undefined && resync.revision === revision && !signal.aborted) {
    const page = await store.objects.scan({ after: resync.after, limit: scannedAtOnce })
    const objects = page.filter(scanned => isConcerned(scanned, resync, { before, after })).map(nameOf)
    const last = page.at(-1)?.object.objectGuid
    if (!(await store.resyncs.touch({ revision, objects, after: last }))) return
    await publishStaged(queues, objects)
    if (last === undefined) {
      log.info(
        { revision, objects: resync.touched },
        `the rules in force have news for ${resync.touched} objects`
      )
      return
    }
    resync = await store.resyncs.current()
  }
}

function isConcerned(
  scanned: ScannedObject,
  resync: Resync | undefined,
  { before, after }: { before: RuleSet; after: RuleSet }
): boolean {
  return resync?.all === true || compareRules(before, after, scanned) !== undefined
}

function nameOf({ object: { connector, objectGuid } }: ScannedObject): StagedName {
  return { connector, objectGuid }
}
