import { UnavailableError } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EncryptionKey } from './encryption-key.ts'
import { KerberosContext } from './session-security.ts'

/** The first call of a session with Samba 4.17.12 in a throw-away lab, and its answer. */
const recorded = {
  key: '032cb1203ca41ddf7200f436464096dd6ca3c4e11f5c1bc45345e0472586f804',
  sendSequence: 0x39dfe3db,
  receiveSequence: 0x1841e681,
  answer:
    '0500020310000000cc004c00020000005400000000000000b10b55e4994c2a6c08539022fff70b7cd00a5700c5f52331b4fbb5d63a362e0d' +
    '531010003e4fb62efe71f31a4baf2ae1d95823ff55f45463af4027ad0a8ffee41b09479d389534d8748bead5befd19d04fc8cba273bf6966' +
    'df28f60574583b3210060c0001000000',
  signature:
    '050407ff0010001c000000001841e6813892227d6e52711933ea88b5732274e088dd3d60243abe0ded943ce78425b51cc905ae5794ca93ea' +
    'ad299104e49c653e9b35aee20736e571fb6c9802',
  plain:
    '0800020030000000300000006fffff2f3a5a430093918f499bdd09d594a4e9a00000000000000000020000000c5f135da5069c4dbc55481' +
    '9cb19338000000000ac40948598e18e4caff853563714c78300000000'
}

const pair = (type = 18, acceptorSubkey = true) => {
  const key = () => new EncryptionKey(type, Buffer.alloc(type === 18 ? 32 : 16, 7))
  return [
    new KerberosContext({ key: key(), acceptorSubkey, sendSequence: 5, receiveSequence: 0xffff_ffff }),
    new KerberosContext(
      { key: key(), acceptorSubkey, sendSequence: 0xffff_ffff, receiveSequence: 5 },
      'acceptor'
    )
  ] as const
}

it('reads what a domain controller sealed', () => {
  const context = new KerberosContext({
    key: new EncryptionKey(18, Buffer.from(recorded.key, 'hex')),
    acceptorSubkey: true,
    sendSequence: recorded.sendSequence,
    receiveSequence: recorded.receiveSequence
  })
  const pdu = Buffer.from(recorded.answer, 'hex')
  context.unseal(pdu, 24, 120, Buffer.from(recorded.signature, 'hex'))
  expect(pdu.toString('hex', 24, 108)).toBe(recorded.plain.slice(0, 168))
})

describe('two sides', () => {
  it('understand one another, both ways, in order', () => {
    const sent = fc.record({
      data: fc.uint8Array({ maxLength: 80 }),
      cut: fc.nat(),
      fromClient: fc.boolean()
    })
    const type = fc.constantFrom(17, 18)
    fc.assert(
      fc.property(type, fc.boolean(), fc.array(sent), (keyType, acceptorSubkey, messages) => {
        const [client, server] = pair(keyType, acceptorSubkey)
        for (const { data, cut, fromClient } of messages) {
          const [sender, receiver] = fromClient ? [client, server] : [server, client]
          const pdu = Buffer.from(data)
          const from = cut % (pdu.length + 1)
          const to = from + (cut % (pdu.length - from + 1))
          const signature = sender.seal(pdu, from, to)
          expect(signature).toHaveLength(sender.signatureBytes)
          expect(pdu.subarray(0, from)).toEqual(Buffer.from(data).subarray(0, from))
          expect(pdu.subarray(to)).toEqual(Buffer.from(data).subarray(to))
          receiver.unseal(pdu, from, to, signature)
          expect(pdu).toEqual(Buffer.from(data))
        }
      })
    )
  })

  it('refuse a message when any byte of it or of its signature has changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 + 75 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const [client, server] = pair()
        const pdu = Buffer.alloc(40, 5)
        const signature = client.seal(pdu, 16, 32)
        const message = Buffer.concat([pdu, signature])
        message[at] = (message[at] ?? 0) ^ change
        const read = () => server.unseal(message.subarray(0, 40), 16, 32, message.subarray(40))
        expect(read).toThrow(UnavailableError)
      })
    )
  })

  it.each([0, 16, 60, 75, 77])('refuse a signature of %i bytes', length => {
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

it('forgets its key', () => {
  const [client] = pair()
  const { sessionKey } = client
  client[Symbol.dispose]()
  expect(sessionKey).toEqual(Buffer.alloc(32))
})
