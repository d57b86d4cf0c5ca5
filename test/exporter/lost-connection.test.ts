import { openStore } from '@opendirsync/store'
import { waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { exportModeInUse } from '../../services/export/src/export-mode.ts'
import { gate, user } from '../store/fixtures.ts'
import { serversForFile } from './exporter-fixture.ts'

const servers = serversForFile()

it('a write whose connection, and so whose lock, is lost sends nothing once staging mode is answered', async () => {
  await using exporter = await servers.open()
  const { store, client } = exporter
  const mode = exportModeInUse('export')
  mode.follow(store.exportMode.lastReading)
  const entryIds = await exporter.desire(user('Ada'))
  const begun = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const ended = store.exports.objects({
    entryIds,
    gate,
    async write() {
      begun.resolve()
      await mayEnd.promise
      return new Map()
    }
  })
  await begun.promise
  expect(mode.now()).toBe('export')
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()"
  )
  await waitFor(() => mode.now() === 'staging', { timeoutMs: 5_000, describe: 'the loss to be noticed' })

  await using api = await openStore({ url: exporter.url })
  await api.exportMode.set({ mode: 'staging', by: 'operator', reason: 'A test', waitMs: 5_000 })
  await store.exportMode.current()
  expect(mode.now()).toBe('staging')
  mayEnd.resolve()
  await expect(ended).rejects.toThrow()
})
