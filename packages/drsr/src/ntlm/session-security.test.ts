import { UnavailableError } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCaptured, capturedSession as session } from '../captured-session.ts'
import { NtlmContext } from './session-security.ts'

it('seals and signs as MS-NLMP section 4.2.4.4 does', () => {
  const message = Buffer.from('Plaintext', 'utf16le')
  const signature = new NtlmContext(Buffer.alloc(16, 0x55)).seal(message, 0, message.length)
  expect(message.toString('hex')).toBe('54e50165bf1936dc996020c1811b0f06fb5f')
  expect(signature.toString('hex')).toBe('010000007fb38ec5c55d497600000000')
})

describe.skipIf(!isCaptured)('a captured session', () => {
  const key = () => Buffer.from(session.session_key, 'hex')
  const stubs = (name: 'request_stub' | 'response_stub') =>
    session.calls
      .flatMap(call => ('request_stub' in call === (name === 'request_stub') ? [Object.values(call)] : []))
      .map(values => String(values.at(-1)))

  it.each([
    ['client-to-server', 'C', 'request_stub', 0],
    ['server-to-client', 'S', 'response_stub', 2]
  ] as const)('is read in the direction %s', (direction, side, name, type) => {
    const reader = new NtlmContext(
      key(),
      direction === 'server-to-client' ? 'client-to-server' : 'server-to-client'
    )
    const writer = new NtlmContext(key(), direction)
    const plain = pdus(side, type).map(({ pdu, from, to, signature }) => {
      const wire = Buffer.from(pdu)
      reader.unseal(pdu, from, to, signature)
      const stub = pdu.toString('hex', from, to - (pdu[to + 2] ?? 0))
      // What was read is sealed again to the very bytes.
      expect(writer.seal(pdu, from, to)).toEqual(signature)
      expect(pdu).toEqual(wire)
      return stub
    })
    expect(plain).toEqual(stubs(name))
  })
})

describe('two sides', () => {
  const pair = () => {
    const key = Buffer.alloc(16, 7)
    return [new NtlmContext(Buffer.from(key)), new NtlmContext(Buffer.from(key), 'server-to-client')] as const
  }

  it('understand one another, both ways, in order', () => {
    const sent = fc.record({ data: fc.uint8Array(), cut: fc.nat(), fromClient: fc.boolean() })
    fc.assert(
      fc.property(fc.array(sent), messages => {
        const [client, server] = pair()
        for (const { data, cut, fromClient } of messages) {
          const [sender, receiver] = fromClient ? [client, server] : [server, client]
          const pdu = Buffer.from(data)
          const from = pdu.length === 0 ? 0 : cut % pdu.length
          const signature = sender.seal(pdu, from, pdu.length)
          expect(pdu.subarray(0, from)).toEqual(Buffer.from(data).subarray(0, from))
          receiver.unseal(pdu, from, pdu.length, signature)
          expect(pdu).toEqual(Buffer.from(data))
        }
      })
    )
  })

  const spoilt: [string, number][] = [
    ['the header', 0],
    ['the body', 20],
    ['the trailer', 30],
    ['the version of the signature', 32],
    ['the code of the signature', 36],
    ['the counter of the signature', 44]
  ]
  it.each(spoilt)('refuse a message when %s has changed', (_, at) => {
    const [client, server] = pair()
    const pdu = Buffer.alloc(32, 5)
    const signature = client.seal(pdu, 16, 24)
    const message = Buffer.concat([pdu, signature])
    message[at] = (message[at] ?? 0) ^ 1
    expect(() => server.unseal(message.subarray(0, 32), 16, 24, message.subarray(32))).toThrow(
      UnavailableError
    )
  })

  it.each([0, 8, 15, 17])('refuse a signature of %i bytes', length => {
    const [client, server] = pair()
    const pdu = Buffer.alloc(32, 5)
    const signature = Buffer.concat([client.seal(pdu, 16, 24), Buffer.alloc(1)]).subarray(0, length)
    expect(() => server.unseal(pdu, 16, 24, signature)).toThrow(UnavailableError)
  })

  it('refuse a message that came twice', () => {
    const [client, server] = pair()
    const pdu = Buffer.alloc(32, 5)
    const signature = client.seal(pdu, 16, 24)
    server.unseal(Buffer.from(pdu), 16, 24, signature)
    expect(() => server.unseal(Buffer.from(pdu), 16, 24, signature)).toThrow(UnavailableError)
  })

  it('refuse what they sent themselves', () => {
    const [client] = pair()
    const pdu = Buffer.alloc(32, 5)
    const signature = client.seal(pdu, 16, 24)
    expect(() => client.unseal(pdu, 16, 24, signature)).toThrow(UnavailableError)
  })
})

it('forgets its keys', () => {
  const sessionKey = Buffer.alloc(16, 7)
  const context = new NtlmContext(sessionKey)
  context[Symbol.dispose]()
  expect(sessionKey).toEqual(Buffer.alloc(16))
})

/** The sealed PDUs of one side: a signature of 16 bytes after a security trailer of 8 (MS-RPCE section 2.2.2.11). */
function pdus(side: string, type: number) {
  const bytes = Buffer.concat(
    session.wire.flatMap(([from, hex]) => (from === side ? [Buffer.from(hex ?? '', 'hex')] : []))
  )
  const found = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readUInt16LE(at + 8)
    const to = end - 16 - 8
    if (bytes[at + 2] === type) {
      found.push({
        pdu: Buffer.from(bytes.subarray(at, end - 16)),
        from: 24,
        to: to - at,
        signature: Buffer.from(bytes.subarray(end - 16, end))
      })
    }
    at = end
  }
  return found
}
