import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constructed, encodeMessage, integer, octetString } from '@opendirsync/ldap'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDirectory } from './connect-directory.ts'

const account = { bindDn: 'svc@corp.example.test', password: 'Secret.Word.1' }
const startTlsAnswer = (code: number) =>
  encodeMessage(1, constructed(0x78, integer(code, 0x0a), octetString(''), octetString('no certificate')))

async function listen(onData: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => onData(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}

describe('what cannot be used', () => {
  it.each([
    ['', 'ad-address'],
    ['dc1.corp.example.test', 'ad-address'],
    ['https://dc1', 'ad-address'],
    ['ldap://dc1', 'ad-tls']
  ])('as an address: %j', async (url, code) => {
    await expect(connectDirectory({ url, ...account })).rejects.toMatchObject({ code })
  })

  it('as a logon: no password, which would succeed as nobody', async () => {
    const server = { url: 'ldaps://127.0.0.1', ...account, password: '' }
    await expect(connectDirectory(server)).rejects.toMatchObject({ code: 'ad-credentials' })
  })
})

describe('a CA file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ca-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['that is not there', undefined],
    ['without a certificate', 'nothing'],
    ['with a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']
  ])('%s is a matter of the certificate', async (name, content) => {
    await using server = await listen(() => undefined)
    const caFile = join(folder, `${name}.pem`)
    if (content !== undefined) await writeFile(caFile, content)
    const url = `ldaps://127.0.0.1:${server.port}`
    await expect(connectDirectory({ url, caFile, ...account })).rejects.toMatchObject({
      code: 'ad-certificate'
    })
  })
})

describe('a server', () => {
  const faults: [string, (socket: Socket) => void, object][] = [
    ['that says nothing', () => undefined, { name: 'UnavailableError' }],
    ['that closes', socket => socket.end(), { name: 'UnavailableError' }],
    ['that talks nonsense', socket => socket.write('220 smtp ready\r\n'), { name: 'UnavailableError' }],
    ['that refuses StartTLS', socket => socket.write(startTlsAnswer(53)), { code: 'ad-tls' }],
    [
      'that sends more in the clear than its answer',
      socket => socket.write(Buffer.concat([startTlsAnswer(0), Buffer.from([0x30])])),
      { name: 'UnavailableError' }
    ],
    [
      'that agrees to StartTLS and then closes',
      socket => {
        socket.once('data', () => socket.destroy())
        socket.write(startTlsAnswer(0))
      },
      { name: 'UnavailableError' }
    ],
    [
      'that agrees to StartTLS and then says nothing',
      socket => socket.write(startTlsAnswer(0)),
      { name: 'UnavailableError' }
    ]
  ]
  it.each(faults)('%s is told in one error, without the password', async (_name, onData, expected) => {
    await using server = await listen(onData)
    const url = `ldap://127.0.0.1:${server.port}`
    const failed = connectDirectory({ url, startTls: true, connectTimeoutMs: 300, ...account })
    await expect(failed).rejects.toMatchObject(expected)
    await failed.catch((error: Error) =>
      expect(JSON.stringify([error, error.message])).not.toContain(account.password)
    )
  })

  it('that is not there is unavailable', async () => {
    const server = await listen(() => undefined)
    await server[Symbol.asyncDispose]()
    const url = `ldaps://127.0.0.1:${server.port}`
    await expect(connectDirectory({ url, ...account })).rejects.toMatchObject({ name: 'UnavailableError' })
  })
})
