import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { UnavailableError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { askKdc } from './kdc-connection.ts'

const request = Buffer.from('a request')
const reply = Buffer.from('a reply')

it('sends a request with its length, and puts the reply together', async () => {
  const received: Buffer[] = []
  await using kdc = await listen(socket => {
    socket.once('data', data => {
      received.push(data)
      const [start, end] = [framed(reply).subarray(0, 6), framed(reply).subarray(6)]
      socket.write(start, () => setImmediate(() => socket.write(end)))
    })
  })
  expect(await askKdc(kdc, request)).toEqual(reply)
  expect(Buffer.concat(received)).toEqual(framed(request))
})

const broken: [string, (socket: Socket) => void][] = [
  ['closes at once', socket => socket.end()],
  ['closes within its length', socket => socket.end(Buffer.alloc(2))],
  ['closes within the reply', socket => socket.end(framed(reply).subarray(0, 8))],
  ['promises more than there can be', socket => socket.write(Buffer.alloc(4, 0x7f))],
  ['resets the connection', socket => socket.resetAndDestroy()]
]
it.each(broken)('gives up when the other side %s', async (_, answer) => {
  await using kdc = await listen(socket => socket.once('data', () => answer(socket)))
  await expect(askKdc({ ...kdc, timeoutMs: 5000 }, request)).rejects.toThrow(UnavailableError)
})

it('gives up when the other side says nothing', async () => {
  await using kdc = await listen(() => {})
  await expect(askKdc({ ...kdc, timeoutMs: 50 }, request)).rejects.toThrow('no answer within 50 ms')
})

it('says which port to open when nobody listens', async () => {
  const kdc = await listen(() => {})
  await kdc[Symbol.asyncDispose]()
  await expect(askKdc(kdc, request)).rejects.toThrow(`TCP port ${kdc.port} is open`)
})

it('stops when it is told to', async () => {
  const abort = new AbortController()
  await using kdc = await listen(socket => socket.once('data', () => abort.abort(new Error('enough'))))
  await expect(askKdc({ ...kdc, signal: abort.signal }, request)).rejects.toThrow('enough')
})

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  return Buffer.concat([length, message])
}

async function listen(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}
