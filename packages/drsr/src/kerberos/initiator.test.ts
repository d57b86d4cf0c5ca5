import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  application,
  type DerValue,
  element,
  fields,
  integer,
  octets,
  readDer,
  sequence,
  text,
  time
} from './der.ts'
import { decodeKey, decryptData, encodeKey, encryptedData } from './encrypted-data.ts'
import { EncryptionKey, keyFromPassword, randomKey } from './encryption-key.ts'
import { KerberosInitiator, type KerberosOptions } from './initiator.ts'
import { servicePrincipal } from './principal.ts'
import { KerberosContext } from './session-security.ts'

const realm = 'CORP.EXAMPLE.TEST'
const salt = 'a salt'
const service = 'host/dc1.corp.example.test'

/** What a domain controller may do wrong. */
interface Faults {
  readonly nonce?: number
  readonly service?: string
  readonly replyKey?: EncryptionKey
  readonly microseconds?: number
  readonly withoutSubkey?: boolean
  readonly withoutProof?: boolean
  readonly spoil?: (reply: Buffer) => Buffer
}

it('signs in, and both sides understand one another', async () => {
  await using controller = await startController()
  using initiator = signIn(controller)
  expect(initiator.authType).toBe(16)
  expect(() => initiator.context()).toThrow('not done')
  const server = await exchange(initiator, controller)
  talk(initiator.context(), server)
  await expect(initiator.next(Buffer.alloc(0))).rejects.toThrow('is done')
})

it('takes its own key where the server chooses none', async () => {
  await using controller = await startController({ withoutSubkey: true })
  using initiator = signIn(controller)
  talk(initiator.context.bind(initiator), await exchange(initiator, controller))
})

it('needs no proof of an account that is to give none', async () => {
  await using controller = await startController({ withoutProof: true })
  using initiator = signIn(controller)
  talk(initiator.context.bind(initiator), await exchange(initiator, controller))
  using wrong = signIn(controller, { password: Buffer.from('another') })
  await expect(wrong.next(undefined)).rejects.toMatchObject({ code: 'ad-credentials' })
})

describe('a controller is refused', () => {
  const cases: [string, Faults][] = [
    ['whose ticket answers another request', { nonce: 1 }],
    ['whose ticket is for another service', { service: 'host/other' }],
    ['whose proof is of another key', { replyKey: randomKey(18) }],
    ['whose proof is of another time', { microseconds: 1_000_000 }]
  ]
  it.each(cases)('%s', async (_, faults) => {
    await using controller = await startController(faults)
    using initiator = signIn(controller)
    await expect(exchange(initiator, controller)).rejects.toThrow(UnavailableError)
  })

  it('whatever bytes it sends', async () => {
    let changes: readonly (readonly [number, number])[] = []
    const spoil = (reply: Buffer) => {
      for (const [at, byte] of changes) reply[at % reply.length] = byte
      return reply
    }
    await using controller = await startController({ spoil })
    const change = fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async drawn => {
        changes = drawn
        using initiator = signIn(controller)
        const outcome = await initiator.next(undefined).then(
          () => 'a ticket',
          (error: unknown) =>
            error instanceof UnavailableError || error instanceof SetupError ? 'refused' : error
        )
        expect(['a ticket', 'refused']).toContain(outcome)
      }),
      { numRuns: 40 }
    )
  })
})

it('forgets its keys', async () => {
  await using controller = await startController()
  const initiator = signIn(controller)
  await exchange(initiator, controller)
  const { sessionKey } = initiator.context()
  initiator[Symbol.dispose]()
  expect(sessionKey).toEqual(Buffer.alloc(32))
})

type Controller = Awaited<ReturnType<typeof startController>>

function signIn({ port }: Controller, more: Partial<KerberosOptions> = {}): KerberosInitiator {
  return new KerberosInitiator({
    account: { user: 'svc', domain: '' },
    password: Buffer.from('a password'),
    servicePrincipalNames: [service],
    domain: 'corp.example.test',
    kdc: { host: '127.0.0.1', port },
    server: 'dc1',
    ...more
  })
}

/** The three legs; returns the server's side. */
async function exchange(initiator: KerberosInitiator, controller: Controller): Promise<KerberosContext> {
  const { token: request = Buffer.alloc(0) } = await initiator.next(undefined)
  const { reply, accept } = controller.answer(request)
  const { token = Buffer.alloc(0), done } = await initiator.next(reply)
  expect(done).toBe(true)
  return accept(token)
}

function talk(client: KerberosContext | (() => KerberosContext), server: KerberosContext): void {
  const own = typeof client === 'function' ? client() : client
  for (const [sender, receiver] of [
    [own, server],
    [server, own]
  ] as const) {
    const pdu = Buffer.from('header a stub trailer')
    const signature = sender.seal(pdu, 7, 13)
    receiver.unseal(pdu, 7, 13, signature)
    expect(pdu.toString()).toBe('header a stub trailer')
  }
}

/** As much of a domain controller (RFC 4120 section 3) as one account needs. */
async function startController(faults: Faults = {}) {
  const account = await keyFromPassword(18, Buffer.from('a password'), Buffer.from(salt))
  const granting = randomKey(18)
  const sessionKey = randomKey(18)
  const offers = sequence(fields([0, integer(18)], [1, text(salt)]))
  const methods = sequence(fields([1, integer(19)], [2, octets(offers)]))

  const ticket = (type: number, key: EncryptionKey, part: Buffer) =>
    element(
      application(type),
      fields(
        ...([
          [0, integer(5)],
          [1, integer(type)],
          [2, methods],
          [3, text(realm)]
        ] as const),
        ...([
          [4, servicePrincipal('svc')],
          [5, sequence()]
        ] as const),
        [6, encryptedData(key, type === 11 ? 3 : 8, element(application(25), part))]
      )
    )
  const part = (key: EncryptionKey, nonce: number, name: string) =>
    fields([0, encodeKey(key)], [2, integer(faults.nonce ?? nonce)], [10, servicePrincipal(name)])

  const proves = (proof: Buffer) => {
    try {
      return decryptData(account, 1, readDer(proof)).fields().get(0).time() instanceof Date
    } catch {
      return false
    }
  }
  const serve = (request: DerValue): Buffer => {
    const authenticating = request.tag === application(10)
    const content = request.inside(request.tag).fields()
    const nonce = content.get(4).fields().get(7).integer()
    if (!authenticating) return ticket(13, granting, part(sessionKey, nonce, faults.service ?? service))
    const proof = content.find(3)?.elements()[0]?.fields().get(2).octets()
    if (proof === undefined && !faults.withoutProof) {
      return element(application(30), fields([6, integer(25)], [12, octets(methods)]))
    }
    if (proof !== undefined && !proves(proof)) return element(application(30), fields([6, integer(24)]))
    return ticket(11, account, part(granting, nonce, `krbtgt/${realm}`))
  }
  const server = createServer(socket =>
    socket
      .on('error', () => {})
      .once('data', data => {
        const reply = serve(readDer(data.subarray(4)))
        const length = Buffer.alloc(4)
        length.writeUInt32BE(reply.length)
        socket.end(Buffer.concat([length, faults.spoil?.(reply) ?? reply]))
      })
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    answer(request: Buffer) {
      const content = readDer(request).inside(application(14)).fields()
      const sent = decryptData(sessionKey, 11, content.get(4)).inside(application(2)).fields()
      const subkey = faults.withoutSubkey ? undefined : randomKey(18)
      const proof = fields(
        [0, time(sent.get(5).time())],
        [1, integer(faults.microseconds ?? sent.get(4).integer())],
        [2, subkey && encodeKey(subkey)],
        [3, integer(77)]
      )
      const key = faults.replyKey ?? sessionKey
      // The client overwrites its own; this side is another process as a rule.
      const kept = new EncryptionKey(18, Buffer.from(sessionKey.bytes))
      const reply = element(
        application(15),
        fields([2, encryptedData(key, 12, element(application(27), proof))])
      )
      const accept = (third: Buffer) => {
        const confirmation = readDer(third).inside(application(15)).fields().get(2)
        const confirmed = decryptData(kept, 12, confirmation).inside(application(27)).fields()
        expect(confirmed.get(3).integer()).toBe(77)
        return new KerberosContext(
          {
            key: subkey ?? decodeKey(sent.get(6)),
            acceptorSubkey: subkey !== undefined,
            sendSequence: 77,
            receiveSequence: sent.get(7).integer()
          },
          'acceptor'
        )
      }
      return { reply, accept }
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    }
  }
}
