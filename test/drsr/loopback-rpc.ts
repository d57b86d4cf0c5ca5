import { type AddressInfo, createServer, type Socket } from 'node:net'
import { NtlmContext } from '../../packages/drsr/src/ntlm/session-security.ts'
import {
  decodePdu,
  encodePdu,
  HEADER_BYTES,
  type Pdu,
  pduFlag,
  pduType,
  TRAILER_BYTES,
  WHOLE
} from '../../packages/drsr/src/rpc/pdu.ts'
import type { SecurityInitiator } from '../../packages/drsr/src/rpc/security.ts'

const NTLMSSP = 10
const sessionKey = () => Buffer.alloc(16, 0x5a)

/** What a server does with a packet; nothing, if it gives nothing back. */
export type Script = (packet: Pdu, socket: Socket, bytes: Buffer) => Buffer | readonly Buffer[] | undefined

export interface LoopbackRpc extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Every packet that came, as it came. */
  readonly received: Buffer[]
}

/** A server on a free port of this machine that answers packets as told. */
export async function startLoopbackRpc(script: Script): Promise<LoopbackRpc> {
  const sockets = new Set<Socket>()
  const received: Buffer[] = []
  const server = createServer(socket => {
    sockets.add(socket)
    let rest: Buffer = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= HEADER_BYTES && rest.length >= rest.readUInt16LE(8)) {
        const length = rest.readUInt16LE(8)
        const bytes = rest.subarray(0, length)
        rest = rest.subarray(length)
        received.push(Buffer.from(bytes))
        const answers = script(decodePdu(bytes), socket, bytes) ?? []
        for (const answer of Buffer.isBuffer(answers) ? [answers] : answers) socket.write(answer)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

interface Ack {
  readonly result?: number
  readonly reason?: number
  readonly maxReceive?: number
  readonly auth?: Pdu['auth']
}

/** bind_ack, or alter_context_resp for alter_context. */
export function acknowledge(
  packet: Pdu,
  { result = 0, reason = 0, maxReceive = 5840, auth }: Ack = {}
): Buffer {
  const syntax = '045d888aeb1cc9119fe808002b10486002000000'
  const body = Buffer.from(`d016d01601000000040031333500000001000000${'00000000'}${syntax}`, 'hex')
  body.writeUInt16LE(maxReceive, 2)
  body.writeUInt16LE(result, 20)
  body.writeUInt16LE(reason, 22)
  const type = packet.type === pduType.bind ? pduType.bindAck : pduType.alterContextResponse
  return encodePdu({ type, flags: WHOLE, callId: packet.callId, body, ...(auth && { auth }) })
}

export function refuse({ callId }: Pdu, reason: number): Buffer {
  return encodePdu({ type: pduType.bindNak, flags: WHOLE, callId, body: Buffer.from([reason, 0, 0, 0]) })
}

export function fault({ callId }: Pdu, status: number): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(status, 8)
  return encodePdu({ type: pduType.fault, flags: WHOLE, callId, body })
}

/** A response packet without protection. */
export function respond({ callId }: Pdu, stub: Buffer, flags: number = WHOLE): Buffer {
  return encodePdu({ type: pduType.response, flags, callId, body: Buffer.concat([Buffer.alloc(8), stub]) })
}

/** A server's end of a session whose key both sides know already. */
export class SealedSession {
  readonly #context = new NtlmContext(sessionKey(), 'server-to-client')

  /** The stub of a request packet. @throws Error when its signature is wrong */
  open({ body, auth }: Pdu, bytes: Buffer): Buffer {
    if (auth === undefined) throw new Error('not sealed')
    const end = bytes.length - auth.token.length
    this.#context.unseal(bytes.subarray(0, end), HEADER_BYTES + 8, end - TRAILER_BYTES, auth.token)
    return body.subarray(8, body.length - auth.padBytes)
  }

  /** The packets of an answer, each with `pieceBytes` of the stub. */
  seal({ callId, auth }: Pdu, stub: Buffer, pieceBytes: number): Buffer[] {
    if (auth === undefined) throw new Error('not sealed')
    const packets: Buffer[] = []
    for (let from = 0; from < stub.length; from += pieceBytes) {
      const piece = stub.subarray(from, from + pieceBytes)
      const padBytes = (16 - (piece.length % 16)) % 16
      const body = Buffer.concat([Buffer.alloc(8), piece, Buffer.alloc(padBytes)])
      const last = from + pieceBytes >= stub.length
      const flags = (from === 0 ? pduFlag.firstFragment : 0) | (last ? pduFlag.lastFragment : 0)
      const token = Buffer.alloc(16)
      const bytes = encodePdu({
        type: pduType.response,
        flags,
        callId,
        body,
        auth: { ...auth, padBytes, token }
      })
      const end = bytes.length - token.length
      bytes.set(this.#context.seal(bytes.subarray(0, end), HEADER_BYTES + 8, end - TRAILER_BYTES), end)
      packets.push(bytes)
    }
    return packets
  }
}

/** A client's end of the same session. `legs`: how often it speaks, and whether it waits after the last time. */
export function knownSession(
  legs: number,
  waitsAtEnd = false,
  authType: number = NTLMSSP
): SecurityInitiator {
  const context = new NtlmContext(sessionKey())
  let spoken = 0
  return {
    authType,
    async next() {
      spoken += 1
      if (spoken > legs) return { token: undefined, done: true }
      return { token: Buffer.from(`leg ${spoken}`), done: spoken === legs && !waitsAtEnd }
    },
    context: () => context
  }
}
