import { setTimeout as delay } from 'node:timers/promises'
import { applyFix, type DirectoryConnection, type FixResult } from '@opendirsync/active-directory'
import type { Logger } from '@opendirsync/runtime'
import type { Fix, Fixes, FixOutcome, FixRun } from '@opendirsync/store'

export interface FixApplier {
  readonly connector: string
  readonly fixes: Fixes
  readonly log: Logger
}

const fixesAtATime = 50
/** The controller has others to serve: 50 writes a second at the most. */
const pauseMs = 20

/**
 * Carries out a run of fixes, one after the other, from where it stands. Broken off anywhere, it can be called again: what
 * takes a fix back is kept before the fix is written, and one that was written but not put down as written is found as
 * done. What the change does to the tenant comes by the next import, as any other change.
 *
 * @throws UnavailableError when the controller or PostgreSQL does not answer; the run goes on from there
 */
export async function applyFixes(
  { connector, fixes, log }: FixApplier,
  connection: DirectoryConnection,
  { run, signal }: { readonly run: Pick<FixRun, 'id'>; readonly signal: AbortSignal }
): Promise<void> {
  for (;;) {
    const batch = await fixes.pending(run.id, fixesAtATime)
    if (batch.length === 0) break
    for (const fix of batch) {
      signal.throwIfAborted()
      const result = await applyFix(connection, fix, { keepUndo: undo => fixes.begin(fix, undo) })
      const outcome = outcomeOf(result)
      await fixes.record(fix, outcome)
      if (outcome.state === 'refused') tellRefusal({ connector, log }, fix)
      await delay(pauseMs, undefined, { signal })
    }
  }
  await fixes.complete(run.id)
  const ended = await fixes.get(run.id)
  log.info({ connector, fixRun: run.id, ...ended?.counts }, 'a run of fixes has ended')
}

function outcomeOf(result: FixResult): FixOutcome {
  if (result.result === 'applied') return { state: 'applied' }
  return { state: result.result, message: result.message }
}

/** Values stay out of the log. */
function tellRefusal({ connector, log }: Pick<FixApplier, 'connector' | 'log'>, fix: Fix): void {
  const { runId, position, objectGuid, attribute } = fix
  log.warn(
    { connector, fixRun: runId, position, objectGuid, attribute },
    'Active Directory has refused a fix; the run of fixes tells why'
  )
}
