import { guid, NdrError } from '../ndr/index.ts'
import { NdrReader } from '../ndr/reader.ts'
import { NdrWriter } from '../ndr/writer.ts'
import { NDR20, type RpcSyntax } from './bind.ts'

/** Protocol identifiers of the floors (C706 appendix I). */
const protocol = { ip: 0x09, tcp: 0x07, connectionOriented: 0x0b, uuid: 0x0d } as const

const FLOORS = 5
const LONGEST_TOWER = 2048

/** Where an interface is to be had by TCP: the protocol tower of C706 appendix L. Address and port are left open. */
export function encodeTower(syntax: RpcSyntax): Buffer {
  const uint16 = (value: number) => Buffer.from([value & 0xff, value >> 8])
  const floors = [
    { left: syntaxFloor(syntax), right: uint16(syntax.minor) },
    { left: syntaxFloor(NDR20), right: uint16(NDR20.minor) },
    { left: Buffer.from([protocol.connectionOriented]), right: uint16(0) },
    { left: Buffer.from([protocol.tcp]), right: Buffer.alloc(2) },
    { left: Buffer.from([protocol.ip]), right: Buffer.alloc(4) }
  ]
  const sides = floors.flatMap(({ left, right }) => [uint16(left.length), left, uint16(right.length), right])
  return Buffer.concat([uint16(FLOORS), ...sides])
}

function syntaxFloor({ id, major }: RpcSyntax): Buffer {
  const writer = new NdrWriter(LONGEST_TOWER, 0)
  guid.write(writer, id)
  writer.uint16(major)
  return Buffer.concat([Buffer.from([protocol.uuid]), writer.finish()])
}

/** The TCP port of a tower; undefined when it leads elsewhere, as to a named pipe. @throws NdrError */
export function towerPort(tower: Buffer): number | undefined {
  const reader = new NdrReader(tower, 0)
  // Floors are packed: nothing here is aligned.
  const side = () => reader.bytes(reader.bytes(2).readUInt16LE(0))
  const floors = reader.bytes(2).readUInt16LE(0)
  for (let floor = 0; floor < floors; floor += 1) {
    const left = side()
    const right = side()
    if (left[0] !== protocol.tcp) continue
    if (right.length !== 2) throw new NdrError(`a TCP port of ${right.length} bytes`)
    const port = right.readUInt16BE(0)
    return port === 0 ? undefined : port
  }
  return undefined
}
