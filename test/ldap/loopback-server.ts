import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type SecureVersion, type TLSSocket } from 'node:tls'
import { createAuthority, createServerCertificate } from '@opendirsync/entra-emulator'
import {
  BerReader,
  berTag,
  type Control,
  constructed,
  encodeControl,
  encodeMessage,
  integer,
  type LdapServer,
  MessageFrames,
  octetString,
  sequence
} from '@opendirsync/ldap'

/** A request as the server got it. */
interface Received {
  readonly id: number
  /** The tag of the operation: 0x63 is a search. */
  readonly tag: number
  /** Of a search; else empty. */
  readonly base: string
  readonly controls: readonly Control[]
  /** The whole message. */
  readonly bytes: Buffer
}

/** Called for each request but the logon, which succeeds. */
export type Script = (socket: TLSSocket, request: Received) => void

export interface LoopbackOptions {
  readonly maxTlsVersion?: SecureVersion
}

export interface LoopbackServer extends AsyncDisposable {
  /** How to reach it. */
  readonly server: LdapServer
  /** The requests so far, without logons. */
  readonly received: readonly Received[]
}

export const searchTag = 0x63
const bindTag = 0x60

/** A peer over real TLS that says what no real server can be made to say on demand. */
export async function startLoopbackServer(
  script: Script,
  { maxTlsVersion = 'TLSv1.3' }: LoopbackOptions = {}
): Promise<LoopbackServer> {
  const folder = await mkdtemp(join(tmpdir(), 'loopback-'))
  const authority = createAuthority('Loopback')
  const { keyPem, certificatePem } = createServerCertificate(authority, ['127.0.0.1'])
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, authority.certificatePem)

  const received: Received[] = []
  const sockets = new Set<TLSSocket>()
  const listener = createServer({ key: keyPem, cert: certificatePem, maxVersion: maxTlsVersion }, socket => {
    sockets.add(socket)
    const frames = new MessageFrames()
    socket.on('error', () => undefined)
    socket.on('data', chunk =>
      frames.push(chunk, bytes => {
        const request = read(bytes)
        if (request.tag === bindTag) return void socket.write(result(request.id, { tag: 0x61 }))
        received.push(request)
        script(socket, request)
      })
    )
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    server: { url: `ldaps://127.0.0.1:${port}`, bindDn: 'CN=svc', password: 'x', caFile },
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
      await rm(folder, { recursive: true })
    }
  }
}

function read(bytes: Buffer): Received {
  const reader = new BerReader(bytes)
  const end = reader.enter(berTag.sequence)
  const id = reader.integer()
  const tag = reader.peek()
  const { offset } = reader
  reader.skip()
  const controls: Control[] = []
  if (reader.within(end)) {
    reader.enter(0xa0)
    while (reader.within(end)) controls.push(readControl(reader))
  }
  reader.offset = offset
  if (tag !== searchTag) return { id, tag, base: '', controls, bytes }
  reader.enter(searchTag)
  return { id, tag, base: reader.text(), controls, bytes }
}

function readControl(reader: BerReader): Control {
  const end = reader.enter(berTag.sequence)
  const oid = reader.text()
  const critical = reader.within(end) && reader.peek() === berTag.boolean && reader.boolean()
  return reader.within(end) ? { oid, critical, value: reader.octets() } : { oid, critical }
}

/** A search's entry with these attributes. */
export function entry(
  id: number,
  dn: string,
  attributes: Readonly<Record<string, readonly (string | Uint8Array)[]>>
): Buffer {
  const list = Object.entries(attributes).map(([name, values]) =>
    sequence(octetString(name), constructed(berTag.set, ...values.map(value => octetString(value))))
  )
  return encodeMessage(id, constructed(0x64, octetString(dn), sequence(...list)))
}

/** How an operation ended; a search, successfully, unless told otherwise. */
export function result(
  id: number,
  { tag = 0x65, code = 0, controls = [] }: { tag?: number; code?: number; controls?: readonly Control[] } = {}
): Buffer {
  const operation = constructed(
    tag,
    integer(code, berTag.enumerated),
    octetString(''),
    octetString('said so')
  )
  if (controls.length === 0) return encodeMessage(id, operation)
  return sequence(integer(id), operation, constructed(0xa0, ...controls.map(encodeControl)))
}
