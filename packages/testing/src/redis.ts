import { connect } from 'node:net'
import { findProgram } from './processes/find-program.ts'
import { freePort } from './processes/free-port.ts'
import { startChild } from './processes/start-child.ts'
import { makeTemporaryFolder } from './processes/temporary-folder.ts'
import { whileRunning } from './processes/while-running.ts'
import { waitFor } from './wait-for.ts'

export interface Redis extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Removes every key, as an operator's FLUSHALL would. */
  flushAll(): Promise<void>
  /** What a command answers that counts something: `LLEN key`. */
  count(line: string): Promise<number>
}

/** An empty Redis server of our own: loopback, free port, nothing on disk, and no eviction (BullMQ demands that). */
export async function startRedis(): Promise<Redis> {
  const program = findProgram('redis-server', 'redis-server')
  const port = await freePort()
  await using started = new AsyncDisposableStack()
  const folder = started.use(makeTemporaryFolder('redis'))
  const options = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder.path,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no'
  }
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])
  const server = started.use(await startChild({ name: 'redis-server', command: program, args }))
  const url = `redis://127.0.0.1:${port}`
  await whileRunning(
    server,
    waitFor(() => command(port, 'PING'), { everyMs: 5, describe: `Redis at ${url}` })
  )
  const running = started.move()
  return {
    url,
    port,
    pid: server.pid,
    flushAll: () => command(port, 'FLUSHALL').then(() => undefined),
    count: line => command(port, line).then(Number),
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

/** One inline command (https://redis.io/docs/latest/develop/reference/protocol-spec/, "Inline commands"). */
function command(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.setEncoding('utf8').once('error', reject)
    socket.once('data', (reply: string) => {
      socket.destroy()
      if (/^[+:]/.test(reply)) resolve(reply.slice(1).trim())
      else reject(new Error(`Redis answered ${line} with ${reply.trim()}`))
    })
    socket.write(`${line}\r\n`)
  })
}
