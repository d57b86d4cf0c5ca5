import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeValue } from './attribute-value.ts'
import { parentDn, rdnOf, unescapeDnValue } from './dn.ts'
import { guidOfExtendedDn, parseExtendedDn } from './extended-dn.ts'
import { hasFlag } from './flags.ts'
import { guidFromBytes, guidToBytes } from './guid.ts'
import { isSid, sidFromBytes, sidToBytes } from './sid.ts'
import { dateToFileTime, fileTimeToDate, generalizedTimeToDate } from './time.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', ',', '=', '0', 'A', ' ', '<', '>', ';', 'GUID', '\n') })
)
const anyBytes = fc.uint8Array({ maxLength: 80 }).map(value => Buffer.from(value))

/** The value, or `undefined` where the decoder says that there is none. Any other exception fails the test. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return undefined
  }
}

describe('any bytes', () => {
  it('are a GUID or are refused', () => {
    fc.assert(
      fc.property(anyBytes, bytes => {
        const guid = attempt(() => guidFromBytes(bytes))
        expect(guid === undefined).toBe(bytes.length !== 16)
        if (guid !== undefined) expect(guidToBytes(guid)).toEqual(bytes)
      })
    )
  })

  it('are a SID, which stands for the same bytes, or are refused', () => {
    const formed = fc.integer({ min: 0, max: 255 }).chain(count =>
      fc.uint8Array({ minLength: 8 + count * 4, maxLength: 8 + count * 4 }).map(value => {
        value[1] = count
        return Buffer.from(value)
      })
    )
    fc.assert(
      fc.property(fc.oneof(anyBytes, formed), bytes => {
        const sid = attempt(() => sidFromBytes(bytes))
        expect(sid !== undefined).toBe(isSid(bytes))
        if (sid !== undefined) expect(sidToBytes(sid)).toEqual(bytes)
      })
    )
  })

  it('are a value, and as Base64 they are all there', () => {
    fc.assert(
      fc.property(anyBytes, bytes => {
        expect(Buffer.from(attributeValue(bytes, 'binary'), 'base64')).toEqual(bytes)
        const text = attributeValue(bytes, 'text')
        expect(text).not.toContain('\0')
      })
    )
  })

  it('are text without loss where they are UTF-8, and else Base64', () => {
    fc.assert(
      fc.property(anyBytes, bytes => {
        const text = attributeValue(bytes, 'text')
        const asText = Buffer.from(text)
        if (!asText.equals(bytes)) expect(Buffer.from(text, 'base64')).toEqual(bytes)
      })
    )
  })

  it('have a GUID as an extended DN, or none', () => {
    fc.assert(
      fc.property(anyBytes, bytes => {
        const guid = guidOfExtendedDn(bytes)
        expect(guid === undefined || guid.length === 36).toBe(true)
      })
    )
  })
})

describe('any text', () => {
  it('is an extended DN', () => {
    fc.assert(
      fc.property(anyText, text => {
        const { dn, guid } = parseExtendedDn(text)
        if (guid === undefined) expect(dn).toBe(text)
      })
    )
  })

  it('is an extended DN as it was made', () => {
    fc.assert(
      fc.property(fc.uuid(), anyText, fc.boolean(), (guid, dn, withSid) => {
        const sid = 'S-1-5-21-1-2-3-500'
        const text = `<GUID=${guid}>;${withSid ? `<SID=${sid}>;` : ''}${dn}`
        const parsed = parseExtendedDn(text)
        expect(parsed.guid).toBe(guid)
        // A name that itself begins like the part before it cannot be told from it.
        if (withSid || !dn.startsWith('<SID=')) expect(parsed.dn).toBe(dn)
        expect(guidOfExtendedDn(Buffer.from(text))).toBe(guid)
      })
    )
  })

  it('has a first RDN, or is refused', () => {
    fc.assert(
      fc.property(anyText, text => {
        attempt(() => rdnOf(text))
        attempt(() => parentDn(text))
        attempt(() => unescapeDnValue(text))
      }),
      { numRuns: 1_000 }
    )
  })

  it('is a time, or none', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '9', 'Z', '.', '-'), maxLength: 22 })
    fc.assert(
      fc.property(fc.oneof(anyText, digits), text => {
        for (const time of [fileTimeToDate(text), generalizedTimeToDate(text)]) {
          expect(time === undefined || !Number.isNaN(time.getTime())).toBe(true)
        }
        expect(typeof hasFlag(text, 0x2)).toBe('boolean')
      })
    )
  })
})

describe('any moment', () => {
  const moment = fc.date({
    min: new Date('1601-01-02T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true
  })

  it('goes to FILETIME and back', () => {
    fc.assert(
      fc.property(moment, date => {
        expect(fileTimeToDate(dateToFileTime(date))).toEqual(date)
      })
    )
  })

  it('is read from GeneralizedTime', () => {
    fc.assert(
      fc.property(moment, date => {
        const text = date.toISOString().replace(/[-:T]/g, '')
        expect(generalizedTimeToDate(text)).toEqual(date)
      })
    )
  })
})
