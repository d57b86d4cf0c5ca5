import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, NdrError, type Values } from '../ndr/index.ts'
import { drsGetChanges, type WireAttribute, type WireObject } from './changes-reply.ts'
import { SecretError } from './decrypt-attribute.ts'
import { dsnameOf } from './dsname.ts'
import { MalformedReplyError } from './malformed-reply-error.ts'
import { oidToBytes } from './object-identifier.ts'
import { readChanges } from './read-changes.ts'

// A value of the open-source project DSInternals' tests.
const sessionKey = Buffer.from('b0133bfc9ce59c805dd15d5872e247c5', 'hex')
const encrypted = Buffer.from(
  'e650e0179becf540e1e6dbe37deb38b379618228d74d9ff7e08a588c2a6fbd511ad78f61',
  'hex'
)
const ntHash = '92937945b518814341de3f726500d4ff'

const guid = '3a5d9b6f-3111-43e1-b6ab-c467f5caebdf'
const invocationId = 'ac98159f-ba13-4a0d-a046-f9848a1943c2'
const usns = { highObjUpdate: 12n, reserved: 1n, highPropUpdate: 11n }
const deletedDn = 'CN=anna\nDEL:3a5d9b6f-3111-43e1-b6ab-c467f5caebdf,CN=Deleted Objects,DC=x'

type Reply = Values<typeof drsGetChanges.response>
type Message = Extract<Reply['message'], { tag: 6 }>['value']

function attribute(attid: number, ...values: Buffer[]): WireAttribute {
  return { attid, count: values.length, values: values.map(bytes => ({ length: bytes.length, bytes })) }
}

function object(
  dn: string,
  attributes: readonly WireAttribute[],
  next: WireObject | null = null
): WireObject {
  // S-1-5-21-1-2-3-500
  const sid = Buffer.from('010500000000000515000000010000000200000003000000f4010000', 'hex')
  const name = { ...dsnameOf({ dn }), objectGuid: guid, sid, sidLen: 28 }
  const metadata = {
    version: 3,
    changedAt: 13_437_742_685n,
    originatingInvocationId: Buffer.alloc(16),
    originatingUsn: 9n
  }
  return {
    next,
    entry: { name, flags: 1, count: attributes.length, attributes },
    isRoot: 0,
    parentGuid: guid,
    metadata: { count: attributes.length, properties: attributes.map(() => metadata) }
  }
}

const person = object(
  'CN=anna,DC=x',
  [
    attribute(0x90008, Buffer.from([0x00, 0x02, 0, 0])),
    attribute(0x9005a, encrypted),
    attribute(0x90060, Buffer.alloc(8)),
    attribute(0x90290, Buffer.from('anna@x', 'utf16le')),
    attribute(0x200e2),
    attribute(0x8000_1234, Buffer.from('of a schema extension'))
  ],
  object(deletedDn, [attribute(0x20030, Buffer.from([1, 0, 0, 0])), attribute(0x9005a)])
)

function reply(changed: Partial<Message> = {}, returnCode = 0): Reply {
  const prefixes = [
    { index: 9, oid: '1.2.840.113556.1.4' },
    { index: 2, oid: '1.2.840.113556.1.2' }
  ]
  const entries = prefixes.map(({ index, oid }) => {
    const elements = oidToBytes(oid)
    return { index, prefix: { length: elements.length, elements } }
  })
  const value: Message = {
    sourceDsa: guid,
    invocationId,
    namingContext: dsnameOf({ dn: 'DC=x' }),
    from: usns,
    to: usns,
    upToDate: {
      ...{ version: 2, reserved1: 0, count: 1, reserved2: 0 },
      cursors: [{ invocationId, usn: 11n, lastSyncSuccess: 0n }]
    },
    prefixTable: { count: 2, entries },
    extendedResult: 0,
    objectCount: 2,
    byteCount: 1000,
    objects: person,
    moreData: 0,
    namingContextObjects: 0,
    namingContextValues: 0,
    linkCount: 0,
    links: null,
    error: 0,
    ...changed
  }
  return { version: 6, message: { tag: 6, value }, returnCode }
}

function read(stub: Buffer) {
  return readChanges(decode(drsGetChanges.response, stub), sessionKey)
}

const stubOf = (value: Reply) => encode(drsGetChanges.response, value)

describe('a reply', () => {
  it('becomes objects with what has changed', () => {
    const { changes } = read(stubOf(reply()))
    expect(changes).toMatchObject({
      invocationId,
      to: usns,
      upToDate: [{ invocationId, usn: 11n }],
      moreData: false
    })
    expect(changes?.objects).toEqual([
      {
        objectGuid: guid,
        dn: 'CN=anna,DC=x',
        sid: 'S-1-5-21-1-2-3-500',
        deleted: false,
        userAccountControl: 512,
        ntHash: Buffer.from(ntHash, 'hex'),
        passwordVersion: 3,
        passwordChangedAt: new Date('2026-10-29T10:18:05Z'),
        pwdLastSet: 0n,
        userPrincipalName: 'anna@x',
        adminDescription: null
      },
      { objectGuid: guid, dn: deletedDn, sid: 'S-1-5-21-1-2-3-500', deleted: true }
    ])
  })

  it('of an error is its code, wherever it stands', () => {
    expect(read(stubOf(reply({}, 8453)))).toEqual({ returnCode: 8453 })
    expect(read(stubOf(reply({ error: 8439 })))).toEqual({ returnCode: 8439 })
  })

  it('with a thousand objects is read in their order', () => {
    let list: WireObject | null = null
    for (let number = 1000; number > 0; number--) list = object(`CN=${number},DC=x`, [], list)
    const { changes } = read(stubOf(reply({ objects: list, objectCount: 1000 })))
    expect(changes?.objects.map(({ dn }) => dn)).toEqual(
      Array.from({ length: 1000 }, (_unused, index) => `CN=${index + 1},DC=x`)
    )
  })
})

describe('a reply that lies', () => {
  const prefix = { length: 2, elements: Buffer.from('5504', 'hex') }
  const lies: [string, Partial<Message>, RegExp][] = [
    ['about the number of objects', { objectCount: 3 }, /announces 3 objects and has 2/],
    ['about the prefixes', { prefixTable: { count: 2, entries: null } }, /announces 2 entries and has 0/],
    [
      'with a prefix table that lacks ours',
      { prefixTable: { count: 0, entries: null } },
      /not in the prefix table/
    ],
    [
      'with a prefix table of two minds',
      {
        prefixTable: {
          count: 2,
          entries: [
            { index: 9, prefix },
            { index: 9, prefix }
          ]
        }
      },
      /prefix table contradicts itself/
    ],
    [
      'about the up-to-dateness vector',
      { upToDate: { version: 2, reserved1: 0, count: 9, reserved2: 0, cursors: [] } },
      /announces 9 entries and has 0/
    ],
    ['with an object without a name', { objectCount: 1, objects: withEntry({ name: null }) }, /no name/],
    [
      'about the attributes',
      { objectCount: 1, objects: withEntry({ count: 5 }) },
      /announces 5 attributes and has 6/
    ],
    [
      'about the values',
      { objectCount: 1, objects: withAttribute({ attid: 0x90008, count: 2, values: null }) },
      /announces 2 values and has 0/
    ],
    [
      'about the length of a value',
      {
        objectCount: 1,
        objects: withAttribute({ attid: 0x90008, count: 1, values: [{ length: 4, bytes: null }] })
      },
      /announces 4 bytes and has 0/
    ],
    [
      'with an integer of another size',
      { objectCount: 1, objects: withAttribute(attribute(0x90008, Buffer.alloc(2))) },
      /4 bytes was expected, not one of 2/
    ]
  ]
  it.each(lies)('%s is an error', (_name, changed, message) => {
    const attempt = () => read(stubOf(reply(changed)))
    expect(attempt).toThrow(MalformedReplyError)
    expect(attempt).toThrow(message)
  })

  it('with a version that it is not is an error', () => {
    expect(() => readChanges({ ...reply(), version: 1 }, sessionKey)).toThrow(/version 1 holds version 6/)
  })

  it('compressed is an error, for nobody asked for it', () => {
    const stub = stubOf(reply())
    stub.writeUInt32LE(7, 0)
    stub.writeUInt32LE(7, 4)
    expect(() => read(stub)).toThrow(NdrError)
  })

  it('at random is read or refused, soon and without showing a secret', () => {
    const good = stubOf(reply())
    const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(flips, fc.option(fc.nat(good.length)), (changes, length) => {
        const stub = Buffer.from(good)
        for (const [at, value] of changes) stub[at] = value
        const error = errorOf(() => read(stub.subarray(0, length ?? stub.length)))
        if (error === undefined) return
        expect(error).toSatisfy(
          thrown =>
            thrown instanceof NdrError ||
            thrown instanceof MalformedReplyError ||
            thrown instanceof SecretError
        )
        expect(error instanceof Error && error.message).not.toContain(ntHash)
      }),
      { numRuns: 2000 }
    )
  })

  function withEntry(changed: Partial<WireObject['entry']>): WireObject {
    return { ...person, next: null, entry: { ...person.entry, ...changed } }
  }

  function withAttribute(wrong: WireAttribute): WireObject {
    return withEntry({ count: 1, attributes: [wrong] })
  }
})

function errorOf(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}
