import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { connect, isIPv6 } from 'node:net'
import { UnavailableError } from '@opendirsync/contracts'
import { decodeSrvAnswer, encodeSrvQuery, type SrvAnswer, type SrvRecord } from './srv-message.ts'

export interface DnsOptions {
  /** `address`, `address:port` or `[IPv6 address]:port`; those of this machine unless told otherwise. */
  readonly servers?: readonly string[]
  /** For one question to one server; default 2,000. Each server is asked twice. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 2_000
const ROUNDS = 2
const NO_ERROR = 0
const NO_SUCH_NAME = 3

/**
 * The SRV records of a name, in the order of the answer; none when DNS knows no such name.
 * @throws UnavailableError when no DNS server answers
 */
export async function querySrv(name: string, options: DnsOptions = {}): Promise<readonly SrvRecord[]> {
  const servers = options.servers ?? getServers()
  const faults = new Map<string, string>()
  for (const server of Array.from({ length: ROUNDS }, () => servers).flat()) {
    try {
      const { responseCode, records } = await ask(server, name, options.timeoutMs ?? TIMEOUT_MS)
      if (responseCode === NO_ERROR || responseCode === NO_SUCH_NAME) return records
      faults.set(server, `answered with code ${responseCode}`)
    } catch (error) {
      faults.set(server, error instanceof Error ? error.message : String(error))
    }
  }
  const told = [...faults].map(([server, fault]) => `${server} ${fault}`).join('; ')
  throw new UnavailableError(
    'active-directory',
    `DNS does not answer for ${name} (${told || 'no DNS server is set'}): check the DNS servers. It will be retried.`
  )
}

/** UDP first; TCP when the answer does not fit (RFC 1035 section 4.2). */
async function ask(server: string, name: string, timeoutMs: number): Promise<SrvAnswer> {
  const id = randomInt(0x10000)
  const query = encodeSrvQuery(id, name)
  const overUdp = await askOverUdp(server, query, timeoutMs)
  return overUdp.truncated ? askOverTcp(server, query, timeoutMs) : overUdp
}

function askOverUdp(server: string, query: Buffer, timeoutMs: number): Promise<SrvAnswer> {
  const { address, port } = addressOf(server)
  const { promise, resolve, reject } = Promise.withResolvers<SrvAnswer>()
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const timer = setTimeout(() => reject(silence(timeoutMs)), timeoutMs)
  socket.on('error', reject)
  socket.on('message', message => settle(message, query, { resolve, reject }))
  // Connected, so that only this server is heard, and a closed port too.
  socket.connect(port, address, () => socket.send(query))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

function askOverTcp(server: string, query: Buffer, timeoutMs: number): Promise<SrvAnswer> {
  const { address, port } = addressOf(server)
  const { promise, resolve, reject } = Promise.withResolvers<SrvAnswer>()
  const socket = connect({ host: address, port })
  const timer = setTimeout(() => reject(silence(timeoutMs)), timeoutMs)
  let received = Buffer.alloc(0)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('closed the connection')))
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
    settle(received.subarray(2, 2 + received.readUInt16BE(0)), query, { resolve, reject })
  })
  const length = Buffer.alloc(2)
  length.writeUInt16BE(query.length)
  socket.write(Buffer.concat([length, query]))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

interface Outcome {
  readonly resolve: (answer: SrvAnswer) => void
  readonly reject: (error: unknown) => void
}

function settle(message: Buffer, query: Buffer, { resolve, reject }: Outcome): void {
  try {
    const answer = decodeSrvAnswer(message, query.readUInt16BE(0))
    if (answer !== undefined) resolve(answer)
  } catch (cause) {
    reject(new Error('sent a malformed answer', { cause }))
  }
}

function silence(timeoutMs: number): Error {
  return new Error(`did not answer within ${timeoutMs} ms`)
}

function addressOf(server: string): { address: string; port: number } {
  const withPort = /^\[(?<v6>.+)\]:(?<port6>\d+)$|^(?<v4>[^:]+):(?<port4>\d+)$/.exec(server)?.groups
  if (withPort === undefined) return { address: server, port: 53 }
  return {
    address: withPort.v6 ?? withPort.v4 ?? server,
    port: Number(withPort.port6 ?? withPort.port4)
  }
}
