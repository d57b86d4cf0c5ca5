import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { MessageFrames } from '../ber/message-frames.ts'
import { BerReader } from '../ber/reader.ts'
import { constructed, integer, octetString, sequence } from '../ber/write.ts'
import { ConnectionLostError, TimedOutError } from '../errors.ts'
import { encodeMessage } from '../protocol/requests.ts'
import { LdapConnection } from './ldap-connection.ts'
import { MessageExchange } from './message-exchange.ts'

/** A peer that does what no real server can be made to do on demand. It is told of each request's id and tag. */
type Script = (socket: Socket, request: { id: number; tag: number; base: string }) => void

const searchTag = 0x63
const abandonTag = 0x50
const deleteTag = 0x4a
const all = { base: 'DC=x', scope: 'subtree' } as const
let stack = new AsyncDisposableStack()

afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function connection(script: Script, timeoutMs = 60_000): Promise<LdapConnection> {
  const server = createServer(socket => {
    const frames = new MessageFrames()
    socket.on('error', () => undefined)
    socket.on('data', chunk => frames.push(chunk, bytes => script(socket, requestOf(bytes))))
    stack.defer(() => void socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => void server.close())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  return stack.use(new LdapConnection(new MessageExchange(socket, 'dc1:636'), timeoutMs))
}

function requestOf(bytes: Buffer): { id: number; tag: number; base: string } {
  const reader = new BerReader(bytes)
  reader.enter(0x30)
  const id = reader.integer()
  const tag = reader.peek()
  if (tag !== searchTag) return { id, tag, base: '' }
  reader.enter(searchTag)
  return { id, tag, base: reader.text() }
}

const entry = (id: number, size = 10) =>
  encodeMessage(
    id,
    constructed(
      0x64,
      octetString('CN=x'),
      sequence(sequence(octetString('cn'), constructed(0x31, octetString('x'.repeat(size)))))
    )
  )
const result = (id: number, tag = 0x65, code = 0) =>
  encodeMessage(id, constructed(tag, integer(code, 0x0a), octetString(''), octetString('')))

async function count(entries: AsyncIterable<unknown>): Promise<number> {
  let found = 0
  for await (const _ of entries) found++
  return found
}

describe('a connection that is lost', () => {
  const losses: [string, (socket: Socket, id: number) => void][] = [
    ['is reset', socket => socket.resetAndDestroy()],
    ['is ended', socket => socket.end()],
    ['is ended inside a message', (socket, id) => socket.end(entry(id).subarray(0, 9))],
    ['brings no LDAP', socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'brings an entry that is broken',
      (socket, id) => socket.write(sequence(integer(id), constructed(0x64, octetString('CN=x'))))
    ],
    ['is ended by a notice', socket => socket.write(result(0, 0x78, 52))]
  ]
  it.each(losses)('fails every operation at once when it %s, and every later one', async (_name, lose) => {
    const broken = await connection((socket, { id, base }) => {
      if (base === 'DC=lost') lose(socket, id)
    })
    const waiting = [
      count(broken.search(all)),
      broken.delete('CN=x'),
      count(broken.search({ ...all, base: 'DC=lost' }))
    ]
    for (const { status, reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected')
      expect(reason).toBeInstanceOf(ConnectionLostError)
      expect(reason.message).toContain('dc1:636')
    }
    expect(await broken.closed).toBeInstanceOf(ConnectionLostError)
    await expect(broken.delete('CN=x')).rejects.toBeInstanceOf(ConnectionLostError)
  })
})

describe('a silent server', () => {
  it('costs the one operation, which is abandoned, and no other', async () => {
    const abandoned = Promise.withResolvers<void>()
    const quiet = await connection((socket, { id, tag, base }) => {
      if (tag === abandonTag) abandoned.resolve()
      else if (base !== 'DC=silent') socket.write(Buffer.concat([entry(id), result(id)]))
    }, 100)
    const failed = count(quiet.search({ ...all, base: 'DC=silent' }))
    await expect(failed).rejects.toBeInstanceOf(TimedOutError)
    await expect(failed).rejects.toThrow('dc1:636 did not answer to a search of DC=silent within 100 ms.')
    await abandoned.promise
    expect(await count(quiet.search(all))).toBe(1)
  })

  it('costs each operation its own time, not that of the connection', async () => {
    const quiet = await connection(() => undefined)
    await expect(count(quiet.search({ ...all, timeoutMs: 50 }))).rejects.toThrow(/within 50 ms/)
    const stream = quiet.openSearch(all, { timeoutMs: 60 })
    await expect(stream.next()).rejects.toThrow(/within 60 ms/)
    await expect(quiet.ping(70)).rejects.toThrow(/the root DSE within 70 ms/)
  })

  it('may be silent for ever in a search without end, which nobody counts as pending', async () => {
    const quiet = await connection((socket, { id, tag, base }) => {
      if (tag === searchTag && base === '') socket.write(Buffer.concat([entry(id), result(id)]))
    }, 50)
    const endless = quiet.openSearch(all, { endless: true })
    let ended = false
    const next = endless.next().then(() => {
      ended = true
    })
    expect(quiet.pending).toBe(false)
    const late = quiet.openSearch({ ...all, base: 'DC=late' })
    expect(quiet.pending).toBe(true)
    await expect(late.next()).rejects.toBeInstanceOf(TimedOutError)
    expect(quiet.pending).toBe(false)
    await quiet.ping(1_000)
    expect(ended).toBe(false)
    endless.stop()
    await next
  })

  it('is told to stop when the caller leaves the loop', async () => {
    const abandoned = Promise.withResolvers<void>()
    const quiet = await connection((socket, { id, tag }) => {
      if (tag === abandonTag) abandoned.resolve()
      else socket.write(entry(id))
    })
    for await (const found of quiet.search(all)) {
      expect(found.dn).toBe('CN=x')
      break
    }
    await abandoned.promise
  })
})

describe('a slow consumer', () => {
  const entries = 2_000
  const size = 32 * 1024

  /** Sends 64 MiB as fast as the other end takes them. */
  function flood(sent: { bytes: number }): Script {
    return (socket, { id, tag }) => {
      if (tag === deleteTag) socket.write(result(id, 0x6b))
      if (tag === searchTag) void send(socket, id, sent)
    }
  }

  async function send(socket: Socket, id: number, sent: { bytes: number }): Promise<void> {
    for (let index = 0; index < entries; index++) {
      sent.bytes += size
      if (!socket.write(entry(id, size))) await once(socket, 'drain')
    }
    socket.write(result(id))
  }

  it('slows the server down, and gets everything', async () => {
    const sent = { bytes: 0 }
    const slow = await connection(flood(sent))
    let found = 0
    for await (const _ of slow.search(all)) {
      // With nothing taken but this entry, the server must get stuck.
      if (found++ === 0) await untilSteady(() => sent.bytes)
      if (found === 1) expect(sent.bytes).toBeLessThan((entries * size) / 2)
    }
    expect(found).toBe(entries)
  })

  it('may ask something in the middle of a search', async () => {
    const sent = { bytes: 0 }
    const slow = await connection(flood(sent))
    let found = 0
    for await (const _ of slow.search(all)) {
      if (found++ === 0) {
        await untilSteady(() => sent.bytes)
        await slow.delete('CN=x')
      }
    }
    expect(found).toBe(entries)
  })
})

/** Waits until a number that something else raises has stopped to rise. */
async function untilSteady(value: () => number): Promise<void> {
  let [before, same] = [-1, 0]
  while (same < 5) {
    const now = value()
    same = now === before ? same + 1 : 0
    before = now
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
