import type { Logger } from '@opendirsync/runtime'
import type { PasswordRoute } from './apply-objects.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Session } from './replicate/open-session.ts'
import { readChanges } from './replicate/read-changes.ts'
import { readDue } from './replicate/read-due.ts'
import type { WakeUp } from './replicate/wake-up.ts'
import type { Upkeep } from './upkeep.ts'

export interface Following {
  readonly route: PasswordRoute
  readonly wakeUp: WakeUp
  readonly heartbeat: Heartbeat
  readonly upkeep: Upkeep
  readonly pollMs: number
  readonly log: Logger
}

/** How often it is looked for people who have come into the tenant, and for those whose retry is due. */
const tickMs = 500

/** Until the controller is lost. @throws CookieRefusedError, SetupError, UnavailableError, the signal's reason */
export async function follow(following: Following, { replication, signal }: Session): Promise<never> {
  const { route, wakeUp, heartbeat, upkeep, pollMs } = following
  let lookAtMs = performance.now() + pollMs
  let waitMs = tickMs
  for (;;) {
    const reason = await wakeUp.next(waitMs, signal)
    if (reason === 'notification' || performance.now() >= lookAtMs) {
      const hasFound = await look(following, { replication, signal })
      if (reason === 'notification') wakeUp.learn(hasFound)
      lookAtMs = performance.now() + pollMs
    }
    await heartbeat.beatWhenDue()
    await upkeep.tick()
    waitMs = (await readDue(route, replication, signal)) === 'some-left' ? 0 : tickMs
  }
}

/** @returns whether anything was told of a person */
export async function look(
  { route, log }: Pick<Following, 'route' | 'log'>,
  { replication, signal }: Pick<Session, 'replication' | 'signal'>
): Promise<boolean> {
  const from = performance.now()
  const { pages, told, sent } = await readChanges(route, replication, signal)
  const hasFound = Object.keys(told).length > 0
  if (hasFound) {
    const tookMs = Math.round(performance.now() - from)
    log.info({ connector: route.connector, pages, told, sent, tookMs }, 'passwords were read')
  }
  return hasFound
}
