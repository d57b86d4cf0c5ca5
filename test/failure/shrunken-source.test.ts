import { startSambaDomain, startSystem, waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { countOf, openPostgres } from './look-inside.ts'

it('a source that has shrunken is not read again and again, where deltas have no position', async () => {
  await using domain = await startSambaDomain()
  await using system = await startSystem({
    domain,
    services: ['import'],
    environment: { AD_POLL_SECONDS: '1' }
  })
  await using client = await openPostgres(system)
  const ended = (state: string) => `run where mode = 'full' and state = '${state}'`
  await waitFor(async () => (await countOf(client, ended('completed'))) > 0, {
    describe: 'the first import to end',
    timeoutMs: 60_000
  })
  await client.query(`insert into staged_object (connector, object_guid, dn, object_class, attributes, generation)
    select name, gen_random_uuid(), 'CN=Not there', 'user', '{}', 0 from connector, generate_series(1, 5000)`)
  await client.query('delete from cookie')
  await waitFor(async () => (await countOf(client, ended('failed'))) > 0, {
    describe: 'the full import to be refused',
    timeoutMs: 60_000
  })
  const again = waitFor(async () => (await countOf(client, 'run')) > 2, {
    describe: 'another one',
    timeoutMs: 8_000
  })
  await expect(again).rejects.toThrow('another one')
  expect(await countOf(client, 'staged_object where deleted')).toBe(0)
})
