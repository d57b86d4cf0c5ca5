import { waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { user } from '../store/fixtures.ts'
import { serversForFile } from './exporter-fixture.ts'

const servers = serversForFile()

const people = (count: number) => Array.from({ length: count }, (_each, place) => user(`Person ${place}`))

it('begins no further claim of a message when it is to stop, and another exporter goes on with it', async () => {
  await using exporter = await servers.open({ writesPerSecond: 16 })
  const entryIds = [...(await exporter.desire(...people(120)))]
  const first = exporter.consume()
  await exporter.publish('bulk', { entryIds })
  await waitFor(() => exporter.emulator.requests.writes >= 5, { describe: 'writes' })
  const stoppedAt = performance.now()
  await first[Symbol.asyncDispose]()
  expect(performance.now() - stoppedAt).toBeLessThan(4_000)
  const { rows } = await exporter.client.query(
    "select count(*)::int as n from export_state where entra_state = 'present'"
  )
  expect(rows[0].n).toBe(exporter.emulator.state.live.user.size)
  expect(rows[0].n).toBeLessThan(60)

  await using _second = exporter.consume()
  await waitFor(() => exporter.emulator.state.live.user.size === 120, { timeoutMs: 20_000, describe: 'all' })
  await exporter.quiet('bulk')
})

it('does not wait for the quota when it is to stop, and confirms what was written', async () => {
  await using exporter = await servers.open({ writesPerSecond: 1 })
  const entryIds = [...(await exporter.desire(...people(80)))]
  const consumer = exporter.consume({ claimAtOnce: 20 })
  for (let from = 0; from < 80; from += 20)
    await exporter.publish('bulk', { entryIds: entryIds.slice(from, from + 20) })
  await waitFor(() => exporter.emulator.requests.writes >= 3, { describe: 'writes' })
  const stoppedAt = performance.now()
  await exporter.budget?.[Symbol.asyncDispose]()
  await consumer[Symbol.asyncDispose]()
  expect(performance.now() - stoppedAt).toBeLessThan(4_000)
  const { rows } = await exporter.client.query(
    "select count(*)::int as n from export_state where entra_state = 'present'"
  )
  expect(rows[0].n).toBe(exporter.emulator.state.live.user.size)
  expect(await exporter.messages('bulk')).toBe(4)
})
