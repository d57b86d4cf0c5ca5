import { CertificateError, connectLdap, ResultError, TlsError } from '@opendirsync/ldap'
import { expect, it, onTestFinished } from 'vitest'
import {
  entry,
  type LoopbackOptions,
  type LoopbackServer,
  result,
  type Script,
  searchTag,
  startLoopbackServer
} from './loopback-server.ts'

async function start(script: Script, options?: LoopbackOptions): Promise<LoopbackServer> {
  const server = await startLoopbackServer(script, options)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

async function count(entries: AsyncIterable<unknown>): Promise<number> {
  let found = 0
  for await (const _ of entries) found++
  return found
}

const answerAll: Script = (socket, { id, tag, base }) => {
  if (tag !== searchTag) return
  socket.write(Buffer.concat([entry(id, base, { photo: [Uint8Array.of(0xff, 0)] }), result(id)]))
}

it('reads over TLS, binary as bytes, and pings', async () => {
  const { server, received } = await start(answerAll)
  await using connection = await connectLdap(server)
  for await (const { dn, attributes } of connection.search({ base: 'DC=x', scope: 'base' })) {
    expect(dn).toBe('DC=x')
    expect(attributes).toEqual([{ name: 'photo', values: [Buffer.from([0xff, 0])] }])
  }
  await connection.ping(5_000)
  expect(received.map(({ base }) => base)).toEqual(['DC=x', ''])
})

it('refuses a server whose certificate has another name, or is signed by nobody known', async () => {
  const { server } = await start(answerAll)
  const { caFile: _, ...withoutCa } = server
  await expect(connectLdap({ ...server, serverName: 'other.test' })).rejects.toBeInstanceOf(CertificateError)
  await expect(connectLdap(withoutCa)).rejects.toBeInstanceOf(CertificateError)
})

it('takes no older TLS than asked for', async () => {
  const { server } = await start(answerAll, { maxTlsVersion: 'TLSv1.2' })
  await using connection = await connectLdap(server)
  await connection.ping(5_000)
  await expect(connectLdap({ ...server, minTlsVersion: 'TLSv1.3' })).rejects.toBeInstanceOf(TlsError)
})

it('tells the code of a refusal, and goes on', async () => {
  const { server } = await start((socket, request) => {
    if (request.base === 'DC=not') socket.write(result(request.id, { code: 32 }))
    else answerAll(socket, request)
  })
  await using connection = await connectLdap(server)
  const failed = count(connection.search({ base: 'DC=not', scope: 'base' }))
  await expect(failed).rejects.toBeInstanceOf(ResultError)
  await expect(failed).rejects.toMatchObject({ result: { code: 32 }, action: 'a search of DC=not' })
  expect(await count(connection.search({ base: 'DC=x', scope: 'base' }))).toBe(1)
})
