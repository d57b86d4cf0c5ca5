import {
  encode,
  fixedArray,
  fixedBytes,
  guid,
  NdrError,
  struct,
  uint8,
  uint16,
  uint32
} from '../ndr/index.ts'
import { NdrReader } from '../ndr/reader.ts'

/** An interface or a transfer syntax, with its version. */
export interface RpcSyntax {
  /** Lower case with hyphens. */
  readonly id: string
  readonly major: number
  readonly minor: number
}

/** NDR, transfer syntax 2.0, which every server knows (C706 section 14). */
export const NDR20: RpcSyntax = { id: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 }

const syntax = struct({ id: guid, major: uint16, minor: uint16 })

/** What a client offers: each interface in one presentation context, its id being its place in the list. */
export interface Bind {
  readonly maxFragmentBytes: number
  readonly interfaces: readonly RpcSyntax[]
}

/** The body of bind and alter_context (C706 section 12.6.4.3). */
export function encodeBind({ maxFragmentBytes, interfaces }: Bind): Buffer {
  const element = struct({
    id: uint16,
    transferCount: uint8,
    reserved: uint8,
    abstract: syntax,
    transfer: fixedArray(syntax, 1)
  })
  return encode(
    {
      maxTransmit: uint16,
      maxReceive: uint16,
      associationGroup: uint32,
      count: uint8,
      reserved: fixedBytes(3),
      elements: fixedArray(element, interfaces.length)
    },
    {
      maxTransmit: maxFragmentBytes,
      maxReceive: maxFragmentBytes,
      associationGroup: 0,
      count: interfaces.length,
      reserved: Buffer.alloc(3),
      elements: interfaces.map((abstract, id) => ({
        id,
        transferCount: 1,
        reserved: 0,
        abstract,
        transfer: [NDR20]
      }))
    }
  )
}

/** What became of one presentation context. `result` 0: accepted. Values in C706 section 12.6.3.1. */
interface ContextResult {
  readonly result: number
  readonly reason: number
  /** The transfer syntax, when it was accepted. */
  readonly transferId: string
}

export interface BindAck {
  /** The longest packet that the server sends. */
  readonly maxTransmit: number
  /** The longest packet that the server takes. */
  readonly maxReceive: number
  readonly results: readonly ContextResult[]
}

/** The body of bind_ack and alter_context_resp (C706 section 12.6.4.4). @throws NdrError */
export function decodeBindAck(body: Buffer): BindAck {
  const reader = new NdrReader(body, 0)
  const maxTransmit = reader.uint16()
  const maxReceive = reader.uint16()
  reader.uint32()
  // The secondary address: the port as text.
  reader.bytes(reader.uint16())
  reader.align(4)
  const count = reader.uint8()
  reader.bytes(3)
  const results: ContextResult[] = []
  for (let index = 0; index < count; index += 1) results.push(readResult(reader))
  return { maxTransmit, maxReceive, results }
}

function readResult(reader: NdrReader): ContextResult {
  const result = reader.uint16()
  const reason = reader.uint16()
  let transferId = ''
  syntax.read(reader, ({ id }) => {
    transferId = id
  })
  return { result, reason, transferId }
}

/** The body of bind_nak: why (C706 section 12.6.4.5). @throws NdrError */
export function decodeBindNak(body: Buffer): number {
  if (body.length < 2) throw new NdrError('a bind_nak without a reason')
  return body.readUInt16LE(0)
}
