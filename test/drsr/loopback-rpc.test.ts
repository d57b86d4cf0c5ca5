import type { Socket } from 'node:net'
import { waitFor } from '@opendirsync/testing'
import { describe, expect, it } from 'vitest'
import { conformantBytes } from '../../packages/drsr/src/ndr/index.ts'
import { connectRpc, type Operation, type RpcTarget } from '../../packages/drsr/src/rpc/index.ts'
import { decodePdu, type Pdu, pduFlag, pduType, WHOLE } from '../../packages/drsr/src/rpc/pdu.ts'
import {
  acknowledge,
  fault,
  knownSession,
  type LoopbackRpc,
  refuse,
  respond,
  type Script,
  SealedSession,
  startLoopbackRpc
} from './loopback-rpc.ts'

const echoFields = { content: conformantBytes }
const echo: Operation<typeof echoFields, typeof echoFields> = {
  name: 'Echo',
  opnum: 7,
  request: echoFields,
  response: echoFields
}
const hello = { content: Buffer.from('hello') }
const helloStub = Buffer.from('0500000068656c6c6f', 'hex')

/** Agrees to what is asked, and answers calls with `onCall`. */
function serving(onCall: Script): Script {
  return (packet, socket, bytes) => {
    if (packet.type === pduType.bind) return acknowledge(packet)
    return packet.type === pduType.request ? onCall(packet, socket, bytes) : undefined
  }
}

function target({ host, port }: LoopbackRpc, options: Partial<RpcTarget> = {}): RpcTarget {
  const syntax = { id: '11111111-2222-3333-4444-555555555555', major: 1, minor: 0 }
  return { host, port, interface: syntax, timeoutMs: 20_000, ...options }
}

const unavailable = { name: 'UnavailableError', system: 'active-directory' }

describe('a connection', () => {
  const refusals = [
    { name: 'bind_nak for a full house', answer: (packet: Pdu) => refuse(packet, 1), error: unavailable },
    {
      name: 'bind_nak for the way to sign in',
      answer: (packet: Pdu) => refuse(packet, 8),
      error: { code: 'ad-authentication' }
    },
    {
      name: 'bind_nak for the credentials',
      answer: (packet: Pdu) => refuse(packet, 9),
      error: { code: 'ad-credentials' }
    },
    {
      name: 'an interface that is not there',
      answer: (packet: Pdu) => acknowledge(packet, { result: 2, reason: 1 }),
      error: { code: 'ad-address' }
    },
    {
      name: 'too many contexts',
      answer: (packet: Pdu) => acknowledge(packet, { result: 2, reason: 3 }),
      error: unavailable
    },
    {
      name: 'packets that are too small',
      answer: (packet: Pdu) => acknowledge(packet, { maxReceive: 100 }),
      error: unavailable
    },
    {
      name: 'an answer to another call',
      answer: (packet: Pdu) => acknowledge({ ...packet, callId: 77 }),
      error: unavailable
    },
    { name: 'a fault', answer: (packet: Pdu) => fault(packet, 0x721), error: { code: 'ad-credentials' } },
    {
      name: 'another protocol',
      answer: () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      error: unavailable
    }
  ]
  it.each(refusals)('that meets $name fails as it should', async ({ answer, error }) => {
    await using server = await startLoopbackRpc(answer)
    await expect(connectRpc(target(server))).rejects.toMatchObject(error)
  })

  it('that gets no answer ends in time, and when told', async () => {
    await using server = await startLoopbackRpc(() => undefined)
    await expect(connectRpc(target(server, { connectTimeoutMs: 50 }))).rejects.toMatchObject(unavailable)
    const stopped = new AbortController()
    const connecting = connectRpc(target(server, { signal: stopped.signal }))
    stopped.abort(new Error('stop'))
    await expect(connecting).rejects.toThrow('stop')
  })

  it('that the server ends while nothing is asked is no longer usable', async () => {
    let ended: Socket | undefined
    await using server = await startLoopbackRpc((packet, socket) => {
      ended = socket
      return acknowledge(packet)
    })
    await using client = await connectRpc(target(server))
    expect(client.usable).toBe(true)
    ended?.end()
    await waitFor(() => !client.usable, { describe: 'the end' })
  })

  it('with three legs ends with AUTH3, which has no answer', async () => {
    await using server = await startLoopbackRpc(packet =>
      packet.type === pduType.bind ? acknowledge(packet, { auth: packet.auth }) : undefined
    )
    await using _client = await connectRpc(target(server, { security: knownSession(2) }))
    await waitFor(() => server.received.length === 2, { describe: 'the second packet' })
    const packets = server.received.map(bytes => decodePdu(bytes))
    expect(packets.map(({ type, callId }) => [type, callId])).toEqual([
      [pduType.bind, 1],
      [pduType.auth3, 1]
    ])
    expect(packets.map(({ auth }) => auth?.token.toString())).toEqual(['leg 1', 'leg 2'])
    expect(packets[0]?.flags).toBe(WHOLE | pduFlag.supportHeaderSigning)
  })

  it('with an even number of legs goes on with alter_context', async () => {
    await using server = await startLoopbackRpc(packet => acknowledge(packet, { auth: packet.auth }))
    await using _client = await connectRpc(target(server, { security: knownSession(2, true) }))
    const packets = server.received.map(bytes => decodePdu(bytes))
    expect(packets.map(({ type, callId }) => [type, callId])).toEqual([
      [pduType.bind, 1],
      [pduType.alterContext, 2]
    ])
  })

  it('under another provider needs a server that signs headers', async () => {
    await using server = await startLoopbackRpc(packet => acknowledge(packet, { auth: packet.auth }))
    const security = knownSession(2, true, 16)
    await expect(connectRpc(target(server, { security }))).rejects.toMatchObject({
      code: 'ad-authentication'
    })
  })
})

describe('a call', () => {
  it('is answered, however the answer is cut', async () => {
    await using server = await startLoopbackRpc(
      serving((packet, socket) => {
        for (const byte of respond(packet, helloStub)) socket.write(Buffer.from([byte]))
        return undefined
      })
    )
    await using client = await connectRpc(target(server))
    expect(await client.call(echo, hello)).toEqual(hello)
    expect(await client.call(echo, hello)).toEqual(hello)
    expect(server.received.map(bytes => decodePdu(bytes).callId)).toEqual([1, 2, 3])
  })

  it('goes and comes sealed in as many fragments as agreed', async () => {
    const session = new SealedSession()
    let asked = Buffer.alloc(0)
    await using server = await startLoopbackRpc((packet, _socket, bytes) => {
      if (packet.type === pduType.bind) return acknowledge(packet, { maxReceive: 1432, auth: packet.auth })
      if (packet.type !== pduType.request) return undefined
      asked = Buffer.concat([asked, session.open(packet, bytes)])
      return (packet.flags & pduFlag.lastFragment) === 0 ? undefined : session.seal(packet, asked, 1000)
    })
    await using client = await connectRpc(target(server, { security: knownSession(2) }))
    const content = Buffer.from(Array.from({ length: 10_001 }, (_, index) => index % 251))
    expect(await client.call(echo, { content })).toEqual({ content })
    const requests = server.received.slice(2)
    expect(requests).toHaveLength(8)
    for (const bytes of requests) expect(bytes.length).toBeLessThanOrEqual(1432)
    const flags = requests.map(bytes => decodePdu(bytes).flags)
    expect(flags).toEqual([pduFlag.firstFragment, 0, 0, 0, 0, 0, 0, pduFlag.lastFragment])
    expect(requests.some(bytes => bytes.includes(content.subarray(0, 32)))).toBe(false)
  })

  it('takes nothing that was changed on its way, or that is not sealed', async () => {
    const changes: readonly ((packet: Pdu, session: SealedSession) => Buffer | readonly Buffer[])[] = [
      (packet, session) => session.seal(packet, helloStub, 1000).map(bytes => bytes.fill(1, 30, 31)),
      (packet, session) => session.seal(packet, helloStub, 1000).map(bytes => bytes.fill(1, 16, 17)),
      packet => respond(packet, helloStub)
    ]
    for (const change of changes) {
      const session = new SealedSession()
      await using server = await startLoopbackRpc((packet, _socket, bytes) => {
        if (packet.type === pduType.bind) return acknowledge(packet, { auth: packet.auth })
        if (packet.type !== pduType.request) return undefined
        session.open(packet, bytes)
        return change(packet, session)
      })
      await using client = await connectRpc(target(server, { security: knownSession(2) }))
      await expect(client.call(echo, hello)).rejects.toMatchObject(unavailable)
      expect(client.usable).toBe(false)
    }
  })

  const nonsense: readonly { readonly name: string; readonly answer: Script }[] = [
    { name: 'an answer to another call', answer: packet => respond({ ...packet, callId: 99 }, helloStub) },
    {
      name: 'a piece that is not the first',
      answer: packet => respond(packet, helloStub, pduFlag.lastFragment)
    },
    {
      name: 'a second first piece',
      answer: packet => Array(2).fill(respond(packet, helloStub, pduFlag.firstFragment))
    },
    { name: 'a packet of another type', answer: packet => acknowledge(packet) },
    { name: 'an empty packet', answer: packet => respond(packet, helloStub).subarray(0, 16).fill(0, 8, 10) },
    { name: 'a packet that is too long', answer: packet => respond(packet, Buffer.alloc(6000)) },
    { name: 'a token that is too long', answer: packet => respond(packet, helloStub).fill(0xff, 10, 12) },
    { name: 'a fault that is too short', answer: packet => fault(packet, 5).fill(20, 8, 9).subarray(0, 20) },
    {
      name: 'the end of the connection',
      answer: (packet, socket) => void socket.end(respond(packet, helloStub).subarray(0, 20))
    }
  ]
  it.each(nonsense)('fails at $name, and takes the connection with it', async ({ answer }) => {
    await using server = await startLoopbackRpc(serving(answer))
    await using client = await connectRpc(target(server))
    await expect(client.call(echo, hello)).rejects.toMatchObject(unavailable)
    await expect(client.call(echo, hello)).rejects.toMatchObject(unavailable)
    expect(client.usable).toBe(false)
  })

  it('whose content is not as declared fails alone', async () => {
    const stubs = [Buffer.from('ffffffff00', 'hex'), helloStub]
    await using server = await startLoopbackRpc(
      serving(packet => respond(packet, stubs.shift() ?? Buffer.alloc(0)))
    )
    await using client = await connectRpc(target(server))
    await expect(client.call(echo, hello)).rejects.toMatchObject(unavailable)
    expect(await client.call(echo, hello)).toEqual(hello)
  })

  it('whose values are not as declared sends nothing', async () => {
    await using server = await startLoopbackRpc(serving(() => undefined))
    await using client = await connectRpc(target(server))
    const wrong = { content: undefined as unknown as Buffer }
    await expect(client.call(echo, wrong)).rejects.toMatchObject({ name: 'PermanentError' })
    expect(server.received).toHaveLength(1)
  })

  it('takes no more than its largest answer', async () => {
    await using server = await startLoopbackRpc(
      serving((packet, socket) => {
        socket.write(respond(packet, Buffer.alloc(5000), pduFlag.firstFragment))
        const more = () => {
          while (!socket.destroyed && socket.write(respond(packet, Buffer.alloc(5000), 0)));
        }
        socket.on('drain', more)
        more()
        return undefined
      })
    )
    await using client = await connectRpc(target(server, { maxResponseBytes: 1_000_000 }))
    await expect(client.call(echo, hello)).rejects.toThrow('more than 1000000 bytes')
  })

  it('leaves the server waiting with what nobody asked for', async () => {
    let flood: Socket | undefined
    await using server = await startLoopbackRpc((packet, socket) => {
      if (packet.type !== pduType.bind) return respond(packet, helloStub)
      if (flood !== undefined) return acknowledge(packet)
      flood = socket
      return [acknowledge(packet), Buffer.alloc(64 * 1024 * 1024)]
    })
    await using idle = await connectRpc(target(server))
    await using busy = await connectRpc(target(server))
    for (let call = 0; call < 100; call += 1) await busy.call(echo, hello)
    expect(flood?.writableLength).toBeGreaterThan(0)
    await expect(idle.call(echo, hello)).rejects.toMatchObject(unavailable)
  })
})
