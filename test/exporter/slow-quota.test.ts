import { waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { claimAtOnce } from '../../services/export/src/budget.ts'
import { gate, user } from '../store/fixtures.ts'
import { serversForFile } from './exporter-fixture.ts'

const servers = serversForFile()

/** The usual quota, and the usual share of it. */
const writesPerSecond = 16
const usual = { GRAPH_WRITE_QUOTA: 3_000, GRAPH_QUOTA_SHARE: 80, EXPORT_CONCURRENCY: 4 }

const people = (count: number, department: string) =>
  Array.from({ length: count }, (_each, place) => ({
    ...user(`Person ${place}`),
    attributes: { displayName: [`Person ${place}`], department: [department] }
  }))

it('a leaver among hundreds whose managers change is disabled within seconds', {
  timeout: 120_000
}, async () => {
  await using exporter = await servers.open({ writesPerSecond })
  const everybody = people(400, 'A')
  const boss = user('Boss')
  const entryIds = [...(await exporter.desire(boss, ...everybody))]
  // As if they were there already.
  const claims = await exporter.store.exports.objects({
    entryIds,
    gate,
    write: some => exporter.withoutBudget.writeObjects(some)
  })
  expect(claims.written).toBe(401)
  const links = [{ attribute: 'manager' as const, added: [boss.objectGuid], removed: [] }]
  const again = await exporter.desire(...everybody.map(each => ({ ...each, links })))
  await using _consumer = exporter.consume({ concurrency: 4, claimAtOnce: claimAtOnce(usual) })
  for (let from = 0; from < again.length; from += 100)
    await exporter.publish('bulk', { entryIds: again.slice(from, from + 100) })
  const { managers, live } = exporter.emulator.state
  const withManager = () => [...live.user.keys()].filter(id => managers.targetsOf(id).size > 0).length
  await waitFor(() => withManager() >= 8, { describe: 'the first managers' })
  // Each of those that are locked now: the slowest counts.
  const locked = await exporter.lockedEntries()
  expect(locked.length).toBeGreaterThan(0)
  const lockedPeople = new Set(locked)
  const chosen = []
  for (const each of everybody) {
    if (lockedPeople.has(await exporter.entryOf(each))) chosen.push(each)
    if (chosen.length === 10) break
  }
  await exporter.desire(
    ...chosen.map(each => ({ ...each, attributes: { ...each.attributes, disabled: ['yes'] }, links }))
  )
  const startedAt = performance.now()
  await using _sweep = exporter.sweepUrgent()
  const chosenIds: string[] = []
  for (const each of chosen) chosenIds.push(await exporter.entryOf(each))
  await exporter.publish('urgent', { entryIds: chosenIds })
  await waitFor(
    () =>
      [...live.user.values()].filter(each => each.properties.accountEnabled === false).length ===
      chosen.length,
    { timeoutMs: 60_000, describe: 'the leavers to be disabled' }
  )
  const seconds = (performance.now() - startedAt) / 1_000
  expect(seconds).toBeLessThan(8)
})
