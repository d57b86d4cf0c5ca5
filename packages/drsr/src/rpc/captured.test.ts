import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../ndr/index.ts'
import { NtlmContext } from '../ntlm/session-security.ts'
import { decodeBindAck, encodeBind, NDR20 } from './bind.ts'
import { eptMap } from './endpoint-mapper.ts'
import { decodePdu, encodePdu, HEADER_BYTES, type Pdu, pduFlag, pduType, TRAILER_BYTES } from './pdu.ts'
import { requestPdus } from './request.ts'
import { encodeTower, towerPort } from './tower.ts'

const folder = new URL('../../../../../shared/contract/wire/drs/', import.meta.url)
const drsuapi = { id: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2', major: 4, minor: 0 }
const endpointMapper = { id: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa', major: 3, minor: 0 }
/** After the header of requests and responses. */
const HEAD_BYTES = 8

interface Conversation {
  readonly wire: readonly (readonly ['C' | 'S', string])[]
  /** In turn what was asked and what was answered. */
  readonly calls: readonly {
    readonly opnum?: number
    readonly request_stub?: string
    readonly response_stub?: string
  }[]
  readonly session_key?: string
}

interface Packet {
  readonly from: 'C' | 'S'
  readonly bytes: Buffer
}

/** What one side wrote in several pieces is one stream. */
function packets({ wire }: Conversation): Packet[] {
  const found: Packet[] = []
  const rest = { C: Buffer.alloc(0), S: Buffer.alloc(0) }
  for (const [from, hex] of wire) {
    let bytes = Buffer.concat([rest[from], Buffer.from(hex, 'hex')])
    while (bytes.length >= HEADER_BYTES && bytes.length >= bytes.readUInt16LE(8)) {
      const length = bytes.readUInt16LE(8)
      found.push({ from, bytes: Buffer.from(bytes.subarray(0, length)) })
      bytes = bytes.subarray(length)
    }
    rest[from] = bytes
  }
  expect(rest.C.length + rest.S.length).toBe(0)
  return found
}

function read(name: string): Conversation {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

const ofType = (all: readonly Packet[], type: number): Pdu[] =>
  all.map(({ bytes }) => decodePdu(bytes)).filter(pdu => pdu.type === type)

describe.skipIf(!existsSync(folder))('captured packets', () => {
  it.each(['epm.json', 'session.json'])('of %s are read and written again byte by byte', name => {
    const all = packets(read(name))
    expect(all.length).toBeGreaterThan(3)
    for (const { bytes } of all)
      expect(encodePdu(decodePdu(bytes)).toString('hex')).toBe(bytes.toString('hex'))
  })

  it('of a bind are what is written here', () => {
    const [bind] = ofType(packets(read('session.json')), pduType.bind)
    const body = encodeBind({ maxFragmentBytes: 4280, interfaces: [drsuapi] })
    // That client counts its contexts from 1.
    body.writeUInt16LE(bind?.body.readUInt16LE(12) ?? 0, 12)
    expect(body.toString('hex')).toContain(bind?.body.subarray(16).toString('hex'))
    expect(encodeBind({ maxFragmentBytes: 4280, interfaces: [endpointMapper] })).toHaveLength(56)
  })

  it('of a bind_ack say what was agreed', () => {
    for (const name of ['epm.json', 'session.json']) {
      const [ack] = ofType(packets(read(name)), pduType.bindAck)
      expect(decodeBindAck(ack?.body ?? Buffer.alloc(0))).toEqual({
        maxTransmit: 4280,
        maxReceive: 4280,
        results: [{ result: 0, reason: 0, transferId: NDR20.id }]
      })
    }
  })

  it('of the endpoint mapper hold the port', () => {
    const [call, reply] = read('epm.json').calls
    const request = Buffer.from(call?.request_stub ?? '', 'hex')
    const asked = decode(eptMap.request, request)
    expect(asked.tower?.octets.toString('hex')).toBe(encodeTower(drsuapi).toString('hex'))
    const written = encode(eptMap.request, asked)
    // Referent ids are the writer's own, and so is what is skipped for alignment.
    for (const at of [0, 20]) request.copy(written, at, at, at + 4)
    request.copy(written, 107, 107, 108)
    expect(written.toString('hex')).toBe(request.toString('hex'))
    const { towers, status } = decode(eptMap.response, Buffer.from(reply?.response_stub ?? '', 'hex'))
    expect(towers.map(tower => tower && towerPort(tower.octets))).toEqual([49_153])
    expect(status).toBe(0)
  })

  it('of an unprotected request are what is written here', () => {
    const conversation = read('epm.json')
    const request = packets(conversation).find(({ bytes }) => decodePdu(bytes).type === pduType.request)
    const [call] = conversation.calls
    const stub = Buffer.from(call?.request_stub ?? '', 'hex')
    const [written] = requestPdus({ callId: 1, opnum: call?.opnum ?? 0, stub }, 5840, undefined)
    expect(written?.toString('hex')).toBe(request?.bytes.toString('hex'))
  })

  it('that are sealed hold the calls', () => {
    const conversation = read('session.json')
    const key = () => Buffer.from(conversation.session_key ?? '', 'hex')
    const contexts = { S: new NtlmContext(key()), C: new NtlmContext(key(), 'server-to-client') }
    const stubs = { S: [Buffer.alloc(0)], C: [Buffer.alloc(0)] }
    for (const { from, bytes } of packets(conversation)) {
      const { type, flags, body, auth } = decodePdu(bytes)
      if (type !== pduType.request && type !== pduType.response) continue
      const signatureAt = bytes.length - (auth?.token.length ?? 0)
      const signed = bytes.subarray(0, signatureAt)
      const token = auth?.token ?? Buffer.alloc(0)
      contexts[from].unseal(signed, HEADER_BYTES + HEAD_BYTES, signatureAt - TRAILER_BYTES, token)
      const stub = body.subarray(HEAD_BYTES, body.length - (auth?.padBytes ?? 0))
      const list = stubs[from]
      list.push(Buffer.concat([list.pop() ?? Buffer.alloc(0), stub]))
      if ((flags & pduFlag.lastFragment) !== 0) list.push(Buffer.alloc(0))
    }
    const asked = conversation.calls.flatMap(call => call.request_stub ?? [])
    const answered = conversation.calls.flatMap(call => call.response_stub ?? [])
    expect(asked).toHaveLength(5)
    const hex = (list: readonly Buffer[]) => list.slice(0, -1).map(stub => stub.toString('hex'))
    expect(hex(stubs.C)).toEqual(asked)
    expect(hex(stubs.S)).toEqual(answered)
  })
})
