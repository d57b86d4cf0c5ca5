import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface Zone {
  /** May be changed while the server runs. */
  controllers: readonly string[]
  readonly addresses: Readonly<Record<string, string>>
}

/** A DNS server that tells just these controllers of any domain, and no site. `address` is `127.0.0.1:port`. */
export async function startDnsServer(zone: Zone): Promise<{ address: string; close: () => void }> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => socket.send(answerFrom(zone, query), from.port, from.address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}

/** RFC 1035 section 4.1, with one question and nothing after it. */
function answerFrom({ controllers, addresses }: Zone, query: Buffer): Buffer {
  const labels: string[] = []
  let offset = 12
  for (let size = query.readUInt8(offset); size > 0; size = query.readUInt8(offset)) {
    labels.push(query.toString('latin1', offset + 1, offset + 1 + size))
    offset += 1 + size
  }
  const type = query.readUInt16BE(offset + 1)
  const name = labels.join('.')
  const address = addresses[name]
  const data: Buffer[] = []
  if (type === 1 && address !== undefined) data.push(Buffer.from(address.split('.').map(Number)))
  if (type === 33 && !name.includes('_sites')) data.push(...controllers.map(srvData))
  const answer = Buffer.from(query.subarray(0, offset + 5))
  answer.writeUInt16BE(data.length === 0 ? 0x8583 : 0x8580, 2)
  answer.writeUInt16BE(data.length, 6)
  answer.writeUInt32BE(0, 8)
  const records = data.map(bytes => {
    const head = Buffer.from('c00c0000000100000384', 'hex')
    head.writeUInt16BE(type, 2)
    return Buffer.concat([head, Buffer.from([0, bytes.length]), bytes])
  })
  return Buffer.concat([answer, ...records])
}

function srvData(target: string): Buffer {
  const labels = target
    .split('.')
    .map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([Buffer.from('000000640185', 'hex'), ...labels, Buffer.from([0])])
}
