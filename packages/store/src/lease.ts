import { Client } from 'pg'
import { clientConfig, mapError } from './database.ts'

/** Held: this process, and no other, does the work that the name stands for. */
export interface Lease extends AsyncDisposable {
  /** Aborted when the connection that holds the lease is lost: stop at once, somebody else may have taken over. */
  readonly lost: AbortSignal
}

/**
 * One try to take a lease: a PostgreSQL advisory lock on a connection of its own. The server frees it
 * when the process or its connection dies, so a standby takes over in seconds and nothing expires by clock.
 *
 * @returns `undefined` when another process holds it.
 * @throws UnavailableError('postgres')
 */
export async function tryLease(url: string, name: string): Promise<Lease | undefined> {
  const client = new Client(clientConfig(url))
  const lost = new AbortController()
  client.on('error', () => lost.abort())
  client.on('end', () => lost.abort())
  try {
    await client.connect()
    // A dead peer's machine answers no packets: without these the server would hold its lock for hours.
    await client.query(
      'set tcp_keepalives_idle = 3; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 3'
    )
    const { rows } = await client.query<{ held: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
      [`lease:${name}`]
    )
    if (rows[0]?.held === true) {
      return {
        lost: lost.signal,
        async [Symbol.asyncDispose]() {
          await client.end().catch(() => {})
        }
      }
    }
  } catch (cause) {
    await client.end().catch(() => {})
    throw mapError(cause)
  }
  await client.end()
  return undefined
}
