import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { openStore, type Store } from '@opendirsync/store'
import { startPostgres } from '@opendirsync/testing'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { connector, namingContext, stage, user } from './fixtures.ts'

const before = ['0001-connector-space.sql', '0002-metaverse-and-exports.sql', '0003-runs-and-journal.sql']
const migrations = new URL('../../packages/store/src/migrations/', import.meta.url)

/** A database as the version before left it: two people of whom the generations 1 and 2 of full imports told. */
async function oldDatabase(client: Client, isInFullImport: boolean): Promise<{ guids: string[] }> {
  await client.query(
    'create table schema_migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())'
  )
  for (const name of before) {
    const text = await readFile(new URL(name, migrations), 'utf8')
    const checksum = createHash('sha256').update(text).digest('hex')
    await client.query(text)
    await client.query('insert into schema_migration (name, checksum) values ($1, $2)', [name, checksum])
  }
  await client.query('insert into connector (name, naming_context) values ($1, $2)', [
    connector,
    namingContext
  ])
  await client.query(
    `insert into cookie (connector, naming_context, cookie, server, generation, full_import) values ($1, $2, 'x', 'dc1', 2, $3)`,
    [connector, namingContext, isInFullImport]
  )
  const guids = [randomUUID(), randomUUID()]
  for (const [at, guid] of guids.entries()) {
    await client.query(
      `insert into staged_object (connector, object_guid, dn, object_class, attributes, generation, synchronised_revision)
       values ($1, $2, 'CN=Old', 'user', '{"displayName": ["Old"]}', $3, 1)`,
      [connector, guid, at + 1]
    )
  }
  return { guids }
}

async function living(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ guid: string }>(
    'select object_guid as guid from staged_object where not deleted order by 1'
  )
  return rows.map(({ guid }) => guid)
}

async function upgraded(
  isInFullImport: boolean,
  look: (parts: { store: Store; client: Client; guids: string[] }) => Promise<void>
): Promise<void> {
  await using postgres = await startPostgres()
  const url = await postgres.createDatabase()
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { guids } = await oldDatabase(client, isInFullImport)
    await using store = await openStore({ url })
    expect(await living(client)).toEqual(guids.toSorted())
    await look({ store, client, guids })
  } finally {
    await client.end()
  }
}

it('goes on with deltas from the cookie of the version before', async () => {
  await upgraded(false, async ({ store, client, guids }) => {
    const position = await store.connectorSpace.cookie({ connector, namingContext })
    expect(position).toMatchObject({ server: 'dc1', cookie: Buffer.from('x') })
    await stage(store, [])
    expect(await living(client)).toEqual(guids.toSorted())
  })
})

it('begins a full import again that the version before was in the middle of, and then finds what has vanished', async () => {
  await upgraded(true, async ({ store, client, guids }) => {
    expect(await store.connectorSpace.cookie({ connector, namingContext })).toBeUndefined()
    const [first = ''] = guids
    const { deleted } = await stage(store, [user('Old', { objectGuid: first })], { mode: 'full' })
    expect(deleted).toBe(1)
    expect(await living(client)).toEqual([first])
    expect(await store.connectorSpace.cookie({ connector, namingContext })).toBeDefined()
  })
})
