import { waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { user } from '../store/fixtures.ts'
import { serversForFile } from './exporter-fixture.ts'

const servers = serversForFile()

it('a user who goes before everybody knows of the new account is deleted all the same', async () => {
  await using exporter = await servers.open({ emulator: { replicationLagMs: 3_000 } })
  const joiner = user('Joiner')
  const entryIds = [...(await exporter.desire(joiner))]
  await using _consumer = exporter.consume()
  await exporter.publish('single', { entryIds })
  await exporter.quiet('single')
  const { live } = exporter.emulator.state
  expect(live.user.size).toBe(1)
  const [entraId] = live.user.keys()

  await exporter.desire({ ...joiner, state: 'deleted', complete: false })
  await exporter.publish('urgent', { entryIds })
  await waitFor(() => live.user.size === 0, { timeoutMs: 20_000, describe: 'the account to be gone' })
  await exporter.quiet('urgent')
  const { rows } = await exporter.client.query('select entra_state, entra_id from export_state')
  expect(rows).toEqual([{ entra_state: 'deleted', entra_id: entraId }])
})

it('a user whom somebody else has deleted just now is taken for deleted at once', async () => {
  await using exporter = await servers.open()
  const leaver = user('Leaver')
  const entryIds = [...(await exporter.desire(leaver))]
  await using _consumer = exporter.consume()
  await exporter.publish('single', { entryIds })
  await exporter.quiet('single')
  const [account] = exporter.emulator.state.live.user.values()
  if (account === undefined) throw new Error('nobody was created')
  exporter.emulator.state.remove(account)

  await exporter.desire({ ...leaver, state: 'deleted', complete: false })
  await exporter.publish('urgent', { entryIds })
  await exporter.quiet('urgent', 5_000)
  const { rows } = await exporter.client.query('select entra_state from export_state')
  expect(rows).toEqual([{ entra_state: 'deleted' }])
})
