import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { querySrv } from './query-srv.ts'

type Reply = (query: Buffer) => Buffer | undefined

/** One SRV record, `dc1`, port 389. */
const oneServer: Reply = query => {
  const head = Buffer.from(query)
  head.writeUInt16BE(0x8580, 2)
  head.writeUInt16BE(1, 6)
  return Buffer.concat([
    head,
    Buffer.from('c00c0021000100000384000b000000640185036463310', 'hex'),
    Buffer.from([0])
  ])
}
const withFlags =
  (flags: number): Reply =>
  query => {
    const answer = Buffer.from(query)
    answer.writeUInt16BE(flags, 2)
    return answer
  }

async function dnsServer(overUdp: Reply, overTcp?: Reply): Promise<string> {
  const udp = createSocket('udp4')
  udp.on('message', (query, from) => {
    const answer = overUdp(query)
    if (answer !== undefined) udp.send(answer, from.port, from.address)
  })
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  onTestFinished(() => void udp.close())
  const { port } = udp.address()
  if (overTcp === undefined) return `127.0.0.1:${port}`
  const tcp = createServer(socket =>
    socket.on('data', query => {
      const answer = overTcp(Buffer.from(query).subarray(2)) ?? Buffer.alloc(0)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(answer.length)
      // In pieces, as TCP may deliver it.
      socket.write(Buffer.concat([length, answer]).subarray(0, 5))
      setImmediate(() => socket.end(Buffer.concat([length, answer]).subarray(5)))
    })
  )
  tcp.listen(port, '127.0.0.1')
  await once(tcp, 'listening')
  onTestFinished(() => void tcp.close())
  return `127.0.0.1:${port}`
}

const ask = async (...servers: string[]) =>
  (await querySrv('_ldap._tcp.corp.test', { servers, timeoutMs: 200 })).map(({ target }) => target)

it('asks the next server when one is silent, closed, broken or unwilling', async () => {
  const good = await dnsServer(oneServer)
  const bad: Reply[] = [() => undefined, () => Buffer.from([1, 2]), withFlags(0x8182), withFlags(0x8185)]
  for (const reply of bad) expect(await ask(await dnsServer(reply), good)).toEqual(['dc1'])
  expect(await ask('127.0.0.1:1', good)).toEqual(['dc1'])
})

it('takes "no such name" for an answer', async () => {
  expect(await ask(await dnsServer(withFlags(0x8183)), await dnsServer(oneServer))).toEqual([])
})

it('asks again over TCP when the answer does not fit', async () => {
  expect(await ask(await dnsServer(withFlags(0x8780), oneServer))).toEqual(['dc1'])
})

it('names every server that failed', async () => {
  const silent = await dnsServer(() => undefined)
  const failing = await dnsServer(withFlags(0x8182))
  const failed = ask(silent, failing)
  await expect(failed).rejects.toMatchObject({ name: 'UnavailableError' })
  await expect(failed).rejects.toThrow(
    `${silent} did not answer within 200 ms; ${failing} answered with code 2`
  )
})
