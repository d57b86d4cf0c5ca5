import { PermanentError } from '@opendirsync/contracts'
import { type Control, MalformedMessageError, type SearchEntry } from '@opendirsync/ldap'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guidToBytes } from '../decode/guid.ts'
import { sidToBytes } from '../decode/sid.ts'
import { controlOid, dirSyncControl, readDirSyncControl } from '../protocol/controls.ts'
import { ChangeDecoder } from './change-decoder.ts'

const requested = ['cn', 'displayName', 'thumbnailPhoto', 'managedBy', 'member', 'manager', 'description']
const decoder = new ChangeDecoder(requested)

/** The value, or `undefined` for one of the two errors that a decoder may throw. Any other fails the test. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    expect([PermanentError, MalformedMessageError]).toContain((error as Error).constructor)
    return undefined
  }
}

const bytes = fc.uint8Array({ maxLength: 60 }).map(value => Buffer.from(value))
const link = fc.uuid().map(guid => Buffer.from(`<GUID=${guid}>;CN=x`))
const name = fc.constantFrom(
  ...['objectGUID', 'parentGUID', 'objectClass', 'objectSid', 'isDeleted', 'name', 'instanceType'],
  ...[
    'member',
    'member;range=1-1',
    'member;range=0-0',
    'MANAGER',
    'manager;range=1-1',
    'managedBy;range=0-0'
  ],
  ...['displayName', 'displayName;binary', 'thumbnailPhoto', 'description;;', ';', '', 'a;b;range=x']
)
const guid = fc.uuid().map(guidToBytes)
const values = fc.array(fc.oneof(bytes, link, guid), { maxLength: 4 })
const dn = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uuid().map(value => `<GUID=${value}>;CN=Doe\\, Jane,DC=x`),
  fc.constantFrom('', 'CN', '=', '<GUID=', 'CN=x\\0ADEL:y,DC=x')
)
const entry: fc.Arbitrary<SearchEntry> = fc.record({
  dn,
  attributes: fc.array(fc.record({ name, values }), { maxLength: 8 })
})

describe('any entry', () => {
  it('is a change, or is refused as malformed or as one that cannot be imported', () => {
    fc.assert(
      fc.property(entry, fc.boolean(), (value, everything) => {
        const change = attempt(() => decoder.decode(value, everything))
        if (change === undefined) return
        expect(change.objectGuid).toMatch(/^[0-9a-f-]{36}$/)
        expect(change.objectSid ?? 'S-').toMatch(/^S-/)
        for (const key of Object.keys(change.attributes)) expect(requested).toContain(key)
      }),
      { numRuns: 3_000 }
    )
  })

  it('of an object tells of it what it has', () => {
    const sid = fc
      .array(fc.nat({ max: 0xffffffff }), { maxLength: 5 })
      .map(list => ['S-1-5', ...list].join('-'))
    const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 })
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), sid, texts, (objectGuid, parentGuid, objectSid, description) => {
        const attributes = [
          { name: 'objectGUID', values: [guidToBytes(objectGuid)] },
          { name: 'parentGUID', values: [guidToBytes(parentGuid)] },
          { name: 'objectSid', values: [sidToBytes(objectSid)] },
          { name: 'description', values: description.map(value => Buffer.from(value)) }
        ]
        expect(decoder.decode({ dn: 'CN=x', attributes }, false)).toEqual({
          ...{ objectGuid, parentGuid, objectSid, dn: 'CN=x' },
          ...{ complete: false, state: 'present', attributes: { description }, links: [] }
        })
      })
    )
  })
})

describe('a DirSync control', () => {
  const answer = (value: Uint8Array): Control[] => [{ oid: controlOid.dirSync, critical: false, value }]

  it('of any bytes is read, or is malformed', () => {
    const sequenceOf = bytes.map(value => Buffer.concat([Buffer.from([0x30, value.length]), value]))
    fc.assert(
      fc.property(fc.oneof(bytes, sequenceOf), value => {
        attempt(() => readDirSyncControl(answer(value)))
      }),
      { numRuns: 1_000 }
    )
  })

  it('gives the cookie back as it was, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.uint8Array({ maxLength: 500 }), (flags, size, cookie) => {
        const { value } = dirSyncControl(flags, size, cookie)
        const read = readDirSyncControl(answer(value ?? new Uint8Array()))
        expect(read).toEqual({ more: flags !== 0, cookie })
      })
    )
  })

  it('has flags of four octets whenever values are incremental', () => {
    // The other flags that there are (MS-ADTS section 3.1.1.3.4.1.3).
    fc.assert(
      fc.property(fc.subarray([0x1, 0x800, 0x2000, 0x40000000]), others => {
        const flags = others.reduce((sum, flag) => sum + flag, 0x80000000)
        const { value } = dirSyncControl(flags, 0, new Uint8Array())
        const octets = Buffer.from(value ?? []).subarray(2, 8)
        expect(octets.readUInt16BE()).toBe(0x0204)
        expect(octets.readUInt32BE(2)).toBe(flags)
      })
    )
  })
})
