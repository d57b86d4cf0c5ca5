/** One server of a service (RFC 2782). */
export interface SrvRecord {
  /** Lower is better. */
  readonly priority: number
  /** The share of the clients that it wants, among those of its priority. */
  readonly weight: number
  readonly port: number
  /** Without a dot at its end. */
  readonly target: string
}

export interface SrvAnswer {
  /** RFC 1035 section 4.1.1: 0 is success, 3 is "no such name". */
  readonly responseCode: number
  /** The answer did not fit: it must be asked again over TCP. */
  readonly truncated: boolean
  readonly records: readonly SrvRecord[]
}

const SRV = 33
const INTERNET = 1
const HEADER_LENGTH = 12
const MAX_NAME_LENGTH = 255
/** The two highest bits of a length. */
const POINTER = 0xc0

/** A query for the SRV records of a name, recursion desired (RFC 1035 section 4.1). */
export function encodeSrvQuery(id: number, name: string): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(0x0100, 2)
  header.writeUInt16BE(1, 4)
  const labels = name.split('.').map(label => {
    const bytes = Buffer.from(label, 'latin1')
    if (bytes.length === 0 || bytes.length > 63) throw new RangeError(`${name} is no DNS name`)
    return Buffer.concat([Buffer.from([bytes.length]), bytes])
  })
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, SRV, 0, INTERNET])])
}

/**
 * Reads an answer. Targets that are no host names are left out, and so is ".", which says that there is no server.
 *
 * Compressed targets are read, although RFC 2782 forbids them: RFC 3597 section 4 asks for that, Samba's DNS server
 * sends them, and the resolver of Node refuses them since c-ares 1.34.8 (nodejs/node issue 66173).
 * @returns undefined when it is no answer to the query of this id
 * @throws RangeError when it is malformed
 */
export function decodeSrvAnswer(message: Buffer, id: number): SrvAnswer | undefined {
  if (message.length < HEADER_LENGTH || message.readUInt16BE(0) !== id) return undefined
  const flags = message.readUInt16BE(2)
  const isResponse = (flags & 0x8000) !== 0
  if (!isResponse) return undefined
  const answer = { responseCode: flags & 0x000f, truncated: (flags & 0x0200) !== 0 }
  // What was cut off need not end where a record ends.
  if (answer.truncated) return { ...answer, records: [] }
  return { ...answer, records: readRecords(message) }
}

function readRecords(message: Buffer): SrvRecord[] {
  let offset = HEADER_LENGTH
  for (let questions = message.readUInt16BE(4); questions > 0; questions--) {
    offset = readName(message, offset).end + 4
  }
  const records: SrvRecord[] = []
  for (let answers = message.readUInt16BE(6); answers > 0; answers--) {
    offset = readName(message, offset).end
    const isSrv = message.readUInt16BE(offset) === SRV && message.readUInt16BE(offset + 2) === INTERNET
    const data = offset + 10
    offset = data + message.readUInt16BE(offset + 8)
    if (offset > message.length) throw new RangeError('a record is longer than its message')
    if (!isSrv) continue
    const target = readName(message, data + 6).name
    if (!isHostName(target)) continue
    records.push({
      priority: message.readUInt16BE(data),
      weight: message.readUInt16BE(data + 2),
      port: message.readUInt16BE(data + 4),
      target
    })
  }
  return records
}

/** It becomes part of a URL. */
function isHostName(name: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(name)
}

/** A name, possibly compressed (RFC 1035 section 4.1.4), and where the bytes after it begin. */
function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = []
  let end: number | undefined
  let offset = start
  let length = 0
  for (;;) {
    const size = message.readUInt8(offset)
    length += 1 + (size < POINTER ? size : 0)
    if (length > MAX_NAME_LENGTH) throw new RangeError('a DNS name is too long')
    if (size >= POINTER) {
      end ??= offset + 2
      offset = pointedAt(message, offset)
      continue
    }
    offset += 1 + size
    if (size === 0) return { name: labels.join('.'), end: end ?? offset }
    if (size > 63 || offset > message.length) throw new RangeError('a DNS label is malformed')
    labels.push(message.toString('latin1', offset - size, offset))
  }
}

function pointedAt(message: Buffer, offset: number): number {
  const target = message.readUInt16BE(offset) & 0x3fff
  // A pointer that does not lead back could lead round in circles.
  if (target >= offset) throw new RangeError('a DNS name points forward')
  return target
}
