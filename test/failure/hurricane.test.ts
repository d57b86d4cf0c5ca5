import { setInterval } from 'node:timers/promises'
import {
  company,
  firstSync,
  populate,
  type System,
  startSambaDomain,
  startSystem
} from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'

/** The whole of it takes two minutes: `HURRICANE=full`. */
const isFull = process.env.HURRICANE === 'full'
const [users, groups, memberships] = isFull ? [5_000, 200, 20_000] : [1_000, 60, 6_000]
const killEveryMs = 10_000

/** Of all requests: 5 % are refused for want of quota, 2 % fail, and 1 % lose their connection, done or not. */
async function raise(system: System): Promise<void> {
  const { emulator } = system
  await emulator.changeConditions({ replicationLagMs: { min: 0, max: 5_000 } })
  await emulator.addFault({ target: 'item', share: 0.05, status: 429, retryAfterSeconds: 0.25 })
  await emulator.addFault({ target: 'item', share: 0.01, status: 503 })
  await emulator.addFault({ target: 'item', share: 0.01, status: 503, carriedOut: true })
  await emulator.addFault({ pathContains: '$batch', share: 0.005, drop: true })
  await emulator.addFault({ pathContains: '$batch', share: 0.005, drop: true, carriedOut: true })
}

/** One of two exporters dies every ten seconds, in whatever it is just doing, and a new one comes in its place. */
async function killTwoInTurns(system: System, signal: AbortSignal): Promise<number> {
  const exporters = [await system.startAnother('export'), await system.startAnother('export')]
  let killed = 0
  try {
    for await (const _each of setInterval(killEveryMs, undefined, { signal })) {
      const turn = killed % exporters.length
      await exporters[turn]?.kill9()
      exporters[turn] = await system.startAnother('export')
      killed += 1
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return killed
}

it('everybody arrives exactly once through a hurricane', { timeout: 400_000 }, async () => {
  const staff = company({ users, groups, memberships, dirt: false })
  await using domain = await startSambaDomain({ populate: files => populate(files, staff) })
  await using system = await startSystem({
    domain,
    services: ['transform', 'api'],
    environment: { SWEEP_SECONDS: '2' }
  })
  await raise(system)
  const over = new AbortController()
  const killing = killTwoInTurns(system, over.signal)
  const { seconds } = await firstSync(system, { timeoutMs: 300_000, lookEveryMs: 1_000 })
  over.abort()
  expect(await killing).toBeGreaterThanOrEqual(Math.floor((seconds * 1_000) / killEveryMs) - 1)
  const struck = await system.emulator.faults()
  for (const fault of struck) expect(fault.struck).toBeGreaterThan(0)
  await system.emulator.clearFaults()

  expect(await agreement(domain, system.emulator.graph, 60_000)).toBe(users + groups)
  const { createdByAnchor, createdTwice } = await system.emulator.writesByObject()
  expect(Object.keys(createdByAnchor)).toHaveLength(users + groups)
  expect(createdTwice).toEqual([])
  expect((await system.emulator.state()).live).toMatchObject({ user: users, group: groups })
})
