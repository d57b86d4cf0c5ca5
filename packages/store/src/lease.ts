import { Client } from 'pg'
import { clientConfig, mapError } from './database.ts'

/** Held: this process, and no other, does the work that the name stands for. */
export interface Lease extends AsyncDisposable {
  /** Aborted when the connection that holds the lease is lost: stop at once, somebody else may have taken over. */
  readonly lost: AbortSignal
}

/**
 * Waits for a lease: a PostgreSQL advisory lock on a connection of its own. The server frees it when the process or
 * its connection dies, and gives it to the next in the queue at once: a standby takes over within milliseconds of a
 * `kill -9`, and within seconds of a machine's death. Nothing expires by clock.
 *
 * @throws UnavailableError('postgres'), or the signal's reason when it is aborted.
 */
export async function waitForLease(url: string, name: string, signal: AbortSignal): Promise<Lease> {
  signal.throwIfAborted()
  const client = new Client(clientConfig(url))
  const lost = new AbortController()
  client.on('error', () => lost.abort())
  client.on('end', () => lost.abort())
  const stop = () => void client.end().catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    // A dead peer's machine answers no packets: without these the server would hold its lock for hours.
    await client.query(
      'set tcp_keepalives_idle = 3; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 3'
    )
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`lease:${name}`])
    signal.throwIfAborted()
    return {
      lost: lost.signal,
      async [Symbol.asyncDispose]() {
        await client.end().catch(() => {})
      }
    }
  } catch (cause) {
    await client.end().catch(() => {})
    signal.throwIfAborted()
    throw mapError(cause)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
