import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { PermanentError } from '@opendirsync/contracts'
import type { Client } from 'pg'

const folder = new URL('./migrations/', import.meta.url)

/** Any fixed number: it keeps two services that start at once from migrating side by side. */
const migrationLock = 4_711_001

/**
 * Brings the schema up to date: plain SQL files in the order of their names, each once, each in one
 * transaction, under an advisory lock that other starting services wait for.
 *
 * @throws PermanentError when an applied file was changed, or the database is newer than this program.
 */
export async function migrate(client: Client): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [migrationLock])
  try {
    await client.query(`create table if not exists schema_migration (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`)
    const files = await migrationFiles()
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from schema_migration'
    )
    const applied = new Map(rows.map(row => [row.name, row.checksum]))
    refuseDivergence(files, applied)
    const missing = files.filter(file => !applied.has(file.name))
    for (const file of missing) await apply(client, file)
    return missing.map(file => file.name)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock])
  }
}

interface MigrationFile {
  readonly name: string
  readonly text: string
  readonly checksum: string
}

async function migrationFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async name => {
      const text = await readFile(new URL(name, folder), 'utf8')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    })
  )
}

function refuseDivergence(files: readonly MigrationFile[], applied: ReadonlyMap<string, string>): void {
  for (const [name, checksum] of applied) {
    const file = files.find(candidate => candidate.name === name)
    if (file === undefined) {
      throw new PermanentError(
        `The database has the migration ${name}, which this version does not know. Start the newer version that applied it.`
      )
    }
    if (file.checksum !== checksum) {
      throw new PermanentError(
        `The migration ${name} differs from the one that was applied. Put the file back, and add a new migration instead.`
      )
    }
  }
}

async function apply(client: Client, { name, text, checksum }: MigrationFile): Promise<void> {
  await client.query('begin')
  try {
    await client.query(text)
    await client.query('insert into schema_migration (name, checksum) values ($1, $2)', [name, checksum])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new PermanentError(`The migration ${name} failed: ${(cause as Error).message}`, { cause })
  }
}
