import type { Replication, ReplicationPage } from '@opendirsync/drsr'
import { forgetHashes } from '@opendirsync/drsr'
import { applyObjects, type PasswordRoute } from '../apply-objects.ts'

/** What one look for changes has brought. */
export interface Pass {
  readonly pages: number
  /** By state: people and computers of whom something was told. */
  readonly told: Readonly<Record<string, number>>
  readonly sent: number
}

/**
 * Takes all that has changed since the stored cursor. The next page is read while this one is sent. The cursor moves with
 * the outcomes of each page, so that a crash repeats a page and loses none.
 *
 * @throws CookieRefusedError, SetupError, UnavailableError, the signal's reason
 */
export async function readChanges(
  route: PasswordRoute,
  replication: Replication,
  signal: AbortSignal
): Promise<Pass> {
  const { namingContext, store } = route
  const { cursor, epoch } = await store.passwords.position(route)
  const request = { namingContext, signal, ...(cursor !== undefined && { cursor }) }
  const pages = replication.changes(request)[Symbol.asyncIterator]()
  const told: Record<string, number> = {}
  let sent = 0
  let count = 0
  let next = ahead(pages)
  try {
    for (;;) {
      const { value: page, done } = await next
      if (done === true) break
      if (page.more) next = ahead(pages)
      const { states, ...applied } = await applyPage(
        route,
        { page, server: replication.server, epoch },
        signal
      )
      for (const state of states) told[state] = (told[state] ?? 0) + 1
      sent += applied.sent
      count += 1
      // Somebody has asked for everything again: the next look begins from the start.
      if (!page.more || !applied.isCursorKept) break
    }
  } finally {
    await forgetRest(next, pages)
  }
  return { pages: count, told, sent }
}

type Pages = AsyncIterator<ReplicationPage, unknown>
type Step = ReturnType<Pages['next']>

function ahead(pages: Pages): Step {
  const step = pages.next()
  // Looked at when this page is done, which may fail first.
  step.catch(() => undefined)
  return step
}

function applyPage(
  route: PasswordRoute,
  { page, server, epoch }: { page: ReplicationPage; server: string; epoch: number },
  signal: AbortSignal
) {
  const { objects, cursor, more } = page
  const advance = { cursor, server, epoch, isLast: !more }
  return applyObjects(route, { objects, isWhole: false, advance }, signal)
}

/** Overwrites what was read ahead and is not used. */
async function forgetRest(next: Step, pages: Pages): Promise<void> {
  const rest = await next.catch(() => undefined)
  if (rest !== undefined && rest.done !== true) forgetHashes(rest.value.objects)
  await pages.return?.().catch(() => undefined)
}
