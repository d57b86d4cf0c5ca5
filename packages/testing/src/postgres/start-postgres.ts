import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort } from '../processes/free-port.ts'
import { runProgram } from '../processes/run-program.ts'
import { type Child, startChild } from '../processes/start-child.ts'
import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { whileRunning } from '../processes/while-running.ts'
import { waitFor } from '../wait-for.ts'
import { type Account, type PostgresBinaries, postgresAccount, postgresBinaries } from './binaries.ts'

export interface Postgres extends AsyncDisposable {
  /** Of the database `postgres`, with user and password. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Makes an empty database, by default with a name of its own, and returns its URL. */
  createDatabase(name?: string): Promise<string>
}

/**
 * A PostgreSQL 18 cluster of our own: loopback, free port, temporary folder, password authentication.
 * It does not sync to disk: it survives the death of its clients, not that of the machine.
 */
export async function startPostgres(): Promise<Postgres> {
  await using started = new AsyncDisposableStack()
  const { path: folder } = started.use(makeTemporaryFolder('postgres'))
  const account = await postgresAccount()
  const binaries = await postgresBinaries(account, folder)
  const password = randomBytes(18).toString('base64url')
  const data = await initialise({ folder, account, binaries, password })
  const port = await freePort()
  const server = started.use(await launch(binaries, account, data, port))
  const url = (database: string): string => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  await whileRunning(
    server,
    waitFor(() => query(url('postgres'), 'select 1').then(() => true), {
      describe: `PostgreSQL on port ${port}`,
      timeoutMs: 30_000
    })
  )
  let created = 0
  const running = started.move()
  return {
    url: url('postgres'),
    port,
    pid: server.pid,
    async createDatabase(name = `opendirsync_${++created}`) {
      await query(url('postgres'), `create database "${name.replaceAll('"', '""')}"`)
      return url(encodeURIComponent(name))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

interface Cluster {
  readonly folder: string
  readonly account: Account
  readonly binaries: PostgresBinaries
  readonly password: string
}

async function initialise({ folder, account, binaries, password }: Cluster): Promise<string> {
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  await mkdir(data)
  await writeFile(passwordFile, password, { mode: 0o600 })
  // The server's account owns its data and may pass through our folder, but not list it.
  if (account.uid !== undefined && account.gid !== undefined) {
    await chmod(folder, 0o711)
    await chown(data, account.uid, account.gid)
    await chown(passwordFile, account.uid, account.gid)
  }
  const flags = [
    '--no-sync',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--username=postgres',
    '--auth=scram-sha-256'
  ]
  await runProgram(binaries.initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], {
    ...account,
    cwd: folder
  })
  return data
}

function launch(
  { postgres }: PostgresBinaries,
  account: Account,
  data: string,
  port: number
): Promise<Child> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    shared_buffers: '256MB'
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return startChild({
    name: 'postgres',
    command: postgres,
    args: ['-D', data, '-p', String(port), ...flags],
    cwd: data,
    ...account,
    // Fast shutdown: open connections are closed. SIGQUIT stops at once and still frees the shared memory.
    stopSignal: 'SIGINT',
    exitSignal: 'SIGQUIT'
  })
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
