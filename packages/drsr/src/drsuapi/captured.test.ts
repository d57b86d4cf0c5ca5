import { describe, expect, it } from 'vitest'
import { isCaptured, capturedSession as session } from '../captured-session.ts'
import { decode, encode, type Fields } from '../ndr/index.ts'
import type { Operation } from '../rpc/index.ts'
import { drsBind, readExtensions } from './bind.ts'
import { drsGetChanges } from './changes-reply.ts'
import { drsCrackNames } from './crack-names.ts'
import { relativeIdOf } from './dsname.ts'
import { readChanges } from './read-changes.ts'

const sessionKey = Buffer.from(session.session_key, 'hex')

function stub(index: number): Buffer {
  const { request_stub: request, response_stub: response } = session.calls[index] ?? {}
  return Buffer.from(request ?? response ?? '', 'hex')
}

describe.skipIf(!isCaptured)('a captured replication session', () => {
  const operations: [number, Operation<Fields, Fields>][] = [
    [0, drsBind],
    [2, drsCrackNames],
    [6, drsGetChanges],
    [8, drsGetChanges]
  ]
  it.each(operations)('message %i and its answer are read, and written again', (index, operation) => {
    expect(session.calls[index]?.opnum).toBe(operation.opnum)
    for (const [at, parameters] of [
      [index, operation.request],
      [index + 1, operation.response]
    ] as const) {
      const values = decode(parameters, stub(at))
      const written = encode(parameters, values)
      expect(decode(parameters, written)).toEqual(values)
      expect(differences(written, stub(at))).toEqual([])
    }
  })

  it('the server says what it can do', () => {
    const { extensions, handle, returnCode } = decode(drsBind.response, stub(1))
    expect(returnCode).toBe(0)
    expect(handle).toHaveLength(20)
    expect(readExtensions(extensions)).toEqual({
      flags: 0x2fffff6f,
      siteGuid: '63f07ec4-a6dc-4c0b-aee8-dc0b46330179',
      epoch: 0
    })
  })

  it('a name is cracked', () => {
    const { message } = decode(drsCrackNames.response, stub(3))
    expect(message.value.result?.items).toEqual([
      { status: 0, domain: 'peer.test', name: '{e5567040-865a-451f-b2ba-0acd45fcdea9}' }
    ])
  })

  it('a single object is decrypted', () => {
    const { changes } = readChanges(decode(drsGetChanges.response, stub(7)), sessionKey)
    expect(changes).toMatchObject({ extendedResult: 1, moreData: false, linkCount: 0, upToDate: [] })
    expect(changes?.objects).toEqual([
      {
        objectGuid: 'e5567040-865a-451f-b2ba-0acd45fcdea9',
        dn: 'CN=hz,CN=Users,DC=peer,DC=test',
        sid: 'S-1-5-21-3143978043-1052882106-3052208298-1111',
        deleted: false,
        ntHash: Buffer.from('92937945b518814341de3f726500d4ff', 'hex'),
        passwordVersion: 2,
        passwordChangedAt: new Date('2026-11-22T16:50:37Z'),
        pwdLastSet: 0n,
        sAMAccountName: 'hz'
      }
    ])
  })

  it('a page of several objects is read in its order, and says where it ended', () => {
    const { changes } = readChanges(decode(drsGetChanges.response, stub(9)), sessionKey)
    expect(changes?.objects.map(({ dn }) => dn.split(',')[0])).toEqual([
      'DC=peer',
      'CN=Builtin',
      'CN=Domain Users',
      'CN=Domain Guests',
      'CN=Domain Computers'
    ])
    expect(changes).toMatchObject({
      invocationId: 'ac98159f-ba13-4a0d-a046-f9848a1943c2',
      to: { highObjUpdate: 3851n, highPropUpdate: 0n },
      moreData: true,
      extendedResult: 0
    })
  })

  it('another session key does not fit', () => {
    const reply = decode(drsGetChanges.response, stub(7))
    expect(() => readChanges(reply, Buffer.alloc(16, 1))).toThrow(
      /^the checksum of an encrypted attribute is wrong$/
    )
  })

  it('the RID comes from the name', () => {
    const { objects } = decode(drsGetChanges.response, stub(7)).message.value
    const name = objects?.entry.name
    expect(name && relativeIdOf(name)).toBe(1111)
  })
})

/** Our writer numbers its pointers from here on; theirs count otherwise. */
const isReferent = (word: number) => word >= 0x2_0000 && word < 0x2_1000
const isPadding = (ours: number, theirs: number | undefined) =>
  ours === 0 && (theirs === 0xab || theirs === 0xee)

/** Where the same values are not the same bytes, but for the numbers of pointers and the other client's padding. */
function differences(ours: Buffer, theirs: Buffer): string[] {
  const found = ours.length === theirs.length ? [] : [`${ours.length} bytes, not ${theirs.length}`]
  for (let at = 0; at + 4 <= Math.min(ours.length, theirs.length); at += 4) {
    if (isReferent(ours.readUInt32LE(at)) && theirs.readUInt32LE(at) !== 0) continue
    const same = [...ours.subarray(at, at + 4)].every(
      (byte, index) => byte === theirs[at + index] || isPadding(byte, theirs[at + index])
    )
    if (!same)
      found.push(
        `at ${at}: ${ours.readUInt32LE(at).toString(16)}, not ${theirs.readUInt32LE(at).toString(16)}`
      )
  }
  return found
}
