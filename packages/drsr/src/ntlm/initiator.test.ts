import { SetupError, UnavailableError } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCaptured, capturedSession as session } from '../captured-session.ts'
import { rc4 } from '../crypto/rc4.ts'
import { flag, requiredFlags } from './flags.ts'
import { NtlmInitiator, type NtlmOptions } from './initiator.ts'
import { hmac, ntHash, ntlmV2Response, responseKey } from './response.ts'
import { av, readTargetInfo, writeTargetInfo } from './target-info.ts'

/** MS-NLMP section 4.2.4.3. */
const challenge = Buffer.from(
  '4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef000000000000000024002400440000000600701700' +
    '00000f53006500720076006500720002000c0044006f006d00610069006e0001000c0053006500720076006500720000000000',
  'hex'
)
const authenticate =
  '4e544c4d5353500003000000180018006c00000054005400840000000c000c0048000000080008005400000010001000' +
  '5c00000010001000d8000000358288e20501280a0000000f44006f006d00610069006e00550073006500720043004f004d00' +
  '5000550054004500520086c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa68cd0ab851e51c96aabc927bebef6a1c' +
  '01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c005300' +
  '650072007600650072000000000000000000c5dad2544fc9799094ce1ce90bc9d03e'

const options: NtlmOptions = {
  account: { user: 'User', domain: 'Domain' },
  password: Buffer.from('Password'),
  servicePrincipalName: 'ldap/dc1.corp.example.test',
  server: 'dc1:49152',
  workstation: 'COMPUTER',
  random: bytes => Buffer.alloc(bytes, bytes === 8 ? 0xaa : 0x55),
  // The FILETIME 0.
  now: () => new Date(-11_644_473_600_000)
}

const answer = async (received: Buffer, more: Partial<NtlmOptions> = {}) => {
  const initiator = new NtlmInitiator({ ...options, ...more })
  const { token: negotiate = Buffer.alloc(0) } = await initiator.next(undefined)
  const { token = Buffer.alloc(0), done } = await initiator.next(received)
  return { negotiate, token, done, initiator }
}

it('begins with a NEGOTIATE message that asks for NTLMv2 with sealing and 128-bit keys', async () => {
  const { token, done } = await new NtlmInitiator(options).next(undefined)
  expect(done).toBe(false)
  expect(token?.toString('hex', 0, 32)).toBe(
    '4e544c4d5353500001000000358288e200000000000000000000000000000000'
  )
})

it('answers the example of the specification with its message', async () => {
  const { token, done, initiator } = await answer(challenge)
  const expected = Buffer.from(authenticate, 'hex')
  // The version of the software, which is our own.
  token.copy(expected, 64, 64, 72)
  expect(token.toString('hex')).toBe(expected.toString('hex'))
  expect(done).toBe(true)
  expect(initiator.authType).toBe(10)
  expect(initiator.context().sessionKey).toEqual(Buffer.alloc(16, 0x55))
})

describe.skipIf(!isCaptured)('a server with a clock', () => {
  const samba = Buffer.from(session.wire[1]?.[1] ?? '', 'hex')
  const received = isCaptured ? samba.subarray(samba.length - samba.readUInt16LE(10)) : samba

  it('gets an integrity code over all three messages, the service and its own time', async () => {
    const { negotiate, token } = await answer(received)
    const sent = readFields(token)
    const code = Buffer.from(token.subarray(72, 88))
    token.fill(0, 72, 88)
    expect(code).toEqual(hmac(Buffer.alloc(16, 0x55), negotiate, received, token))
    expect(sent.lmResponse).toEqual(Buffer.alloc(24))

    const info = readTargetInfo(sent.ntResponse.subarray(16 + 28))
    expect(info.get(av.flags)?.readUInt32LE()).toBe(2)
    expect(info.get(av.targetName)?.toString('utf16le')).toBe('ldap/dc1.corp.example.test')
    expect(info.get(av.channelBindings)).toEqual(Buffer.alloc(16))
    expect(sent.ntResponse.subarray(24, 32)).toEqual(info.get(av.timestamp))
    expect(info.get(av.domainName)?.toString('utf16le')).toBe('PEER')
  })

  it('gets a proof and a key that it can check with the password', async () => {
    const account = { user: 'svc@peer.test', domain: '' }
    const { token, initiator } = await answer(received, { account, password: Buffer.from('Svc.Pass.1234') })
    const sent = readFields(token)
    const expected = ntlmV2Response({
      key: responseKey(ntHash(Buffer.from('Svc.Pass.1234')), 'svc@peer.test', ''),
      serverChallenge: received.subarray(24, 32),
      clientChallenge: sent.ntResponse.subarray(32, 40),
      timestamp: sent.ntResponse.subarray(24, 32),
      targetInfo: sent.ntResponse.subarray(44, -4)
    })
    expect(sent.ntResponse).toEqual(expected.ntResponse)
    expect(rc4(expected.sessionBaseKey, sent.sessionKey)).toEqual(initiator.context().sessionKey)
    expect(sent).toMatchObject({ user: 'svc@peer.test', domain: '', workstation: 'COMPUTER' })
  })
})

it('takes another key and challenge each time', async () => {
  const { random: _, ...own } = options
  const tokens = await Promise.all(
    [1, 2].map(async () => {
      const initiator = new NtlmInitiator(own)
      return (await initiator.next(challenge)).token?.toString('hex')
    })
  )
  expect(tokens[0]).not.toBe(tokens[1])
})

describe('a server that offers too little', () => {
  const required = Object.entries(flag).filter(([, bit]) => (requiredFlags & bit) !== 0)
  it.each(required)('without %s is refused', async (_, bit) => {
    const weaker = Buffer.from(challenge)
    weaker.writeUInt32LE((challenge.readUInt32LE(20) & ~bit) >>> 0, 20)
    await expect(answer(weaker)).rejects.toThrow(SetupError)
  })

  it.each([av.computerName, av.domainName])('without the name %i is refused', async id => {
    const info = new Map(readTargetInfo(challenge.subarray(68)))
    info.delete(id)
    await expect(answer(withTargetInfo(writeTargetInfo(info)))).rejects.toMatchObject({ code: 'ad-ntlm' })
  })
})

describe('an answer that is no challenge', () => {
  const cases: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['another type of message', Buffer.from(authenticate, 'hex')],
    ['half of one', challenge.subarray(0, 60)],
    ['a target info without an end', withTargetInfo(Buffer.from('0200010041', 'hex'))],
    ['a value longer than the target info', withTargetInfo(Buffer.from('0200ffff41', 'hex'))],
    ['a timestamp of 2 bytes', withTargetInfo(Buffer.from('07000200000000000000', 'hex'))]
  ]
  it.each(cases)('such as %s, is refused', async (_, received) => {
    await expect(answer(received)).rejects.toThrow(UnavailableError)
  })

  it('never does more than be refused, whatever it is', async () => {
    const spoilt = fc.tuple(fc.nat({ max: challenge.length - 1 }), fc.nat({ max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(spoilt, { minLength: 1, maxLength: 6 }), async changes => {
        const received = Buffer.from(challenge)
        for (const [at, byte] of changes) received[at] = byte
        const outcome = await answer(received).then(
          () => 'answered',
          (error: unknown) =>
            error instanceof UnavailableError || error instanceof SetupError ? 'refused' : error
        )
        expect(['answered', 'refused']).toContain(outcome)
      })
    )
  })
})

it('has no context before it is done, and answers once', async () => {
  const initiator = new NtlmInitiator(options)
  expect(() => initiator.context()).toThrow('not done')
  await initiator.next(challenge)
  await expect(initiator.next(challenge)).rejects.toThrow('is done')
})

it('forgets its keys, and leaves the password to its owner', async () => {
  const { initiator } = await answer(challenge)
  const { sessionKey } = initiator.context()
  initiator[Symbol.dispose]()
  expect(sessionKey).toEqual(Buffer.alloc(16))
  expect(options.password.toString()).toBe('Password')
})

function withTargetInfo(info: Buffer): Buffer {
  const message = Buffer.concat([challenge.subarray(0, 68), info])
  message.writeUInt16LE(info.length, 40)
  message.writeUInt16LE(info.length, 42)
  return message
}

function readFields(message: Buffer) {
  const field = (at: number) => {
    const offset = message.readUInt32LE(at + 4)
    return Buffer.from(message.subarray(offset, offset + message.readUInt16LE(at)))
  }
  const text = (at: number) => field(at).toString('utf16le')
  return {
    lmResponse: field(12),
    ntResponse: field(20),
    domain: text(28),
    user: text(36),
    workstation: text(44),
    sessionKey: field(52)
  }
}
