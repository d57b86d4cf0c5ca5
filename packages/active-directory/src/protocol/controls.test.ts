import { encodeControl, integer, octetString, sequence } from '@opendirsync/ldap'
import { describe, expect, it } from 'vitest'
import { controlOid, dirSyncControl, dirSyncFlag, extendedDn, readDirSyncControl } from './controls.ts'

const { incrementalValues, objectSecurity } = dirSyncFlag

describe('the DirSync control', () => {
  it('writes the flag of incremental values in exactly four octets', () => {
    const { value } = dirSyncControl(incrementalValues, 0, new Uint8Array())
    expect(Buffer.from(value ?? []).toString('hex')).toBe('300b0204800000000201000400')
  })

  it('adds the flag of object security', () => {
    const { value } = dirSyncControl(incrementalValues + objectSecurity, 0x100000, Uint8Array.of(7))
    expect(Buffer.from(value ?? []).toString('hex')).toBe('300e02048000000102031000000401' + '07')
  })

  it('is read from the answer', () => {
    const value = sequence(integer(1), integer(0), octetString(Buffer.from([1, 2, 3])))
    expect(readDirSyncControl([{ oid: controlOid.dirSync, critical: false, value }])).toEqual({
      more: true,
      cookie: Uint8Array.of(1, 2, 3)
    })
  })

  it('may be missing from the answer', () => {
    expect(readDirSyncControl([extendedDn])).toBeUndefined()
  })
})

it('asks for extended DNs in their text form', () => {
  expect(encodeControl(extendedDn).toString('hex')).toBe(
    '3022' + '0416312e322e3834302e3131333535362e312e342e353239' + '0101ff' + '0405' + '3003020101'
  )
})
