import { CookieRefusedError } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstCursor, mergeUpToDate, readCursor, writeCursor } from './cursor.ts'

const namingContext = 'DC=corp,DC=example,DC=test'
const [one, other] = ['9e8a7904-8e93-47fd-92bb-22bbb764f3b3', 'ac98159f-ba13-4a0d-a046-f9848a1943c2']

describe('a replication cursor', () => {
  it('is read as it was written', () => {
    const usn = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    const state = fc.record({
      namingContext: fc.string(),
      invocationId: fc.uuid(),
      from: fc.record({ highObjUpdate: usn, reserved: usn, highPropUpdate: usn }),
      upToDate: fc.array(fc.record({ invocationId: fc.uuid(), usn }))
    })
    fc.assert(
      fc.property(state, value => {
        expect(readCursor(writeCursor(value), value.namingContext)).toEqual(value)
      })
    )
  })

  it('is of a naming context whatever its case', () => {
    const cursor = writeCursor(firstCursor(namingContext))
    expect(readCursor(cursor, namingContext.toLowerCase())).toEqual(firstCursor(namingContext))
    expect(() => readCursor(cursor, 'DC=other')).toThrow(CookieRefusedError)
    expect(() => readCursor(cursor, 'DC=other')).toThrow(
      /is of DC=corp,DC=example,DC=test, not of DC=other: discard it/
    )
  })

  const good: Record<string, unknown> = JSON.parse(writeCursor(firstCursor(namingContext)))
  const broken: [string, string][] = [
    ['no JSON', '{'],
    ['no object', 'null'],
    ['another version', JSON.stringify({ ...good, version: 2 })],
    ['no invocation id', JSON.stringify({ ...good, invocationId: 'dc1' })],
    ['two numbers', JSON.stringify({ ...good, from: ['0', '0'] })],
    ['numbers of another type', JSON.stringify({ ...good, from: [0, 0, 0] })],
    ['a number too large', JSON.stringify({ ...good, from: ['9223372036854775808', '0', '0'] })],
    ['a vector of another form', JSON.stringify({ ...good, upToDate: [{ usn: '1' }] })],
    ['a vector without numbers', JSON.stringify({ ...good, upToDate: [[one]] })]
  ]
  it.each(broken)('with %s is refused', (_name, cursor) => {
    expect(() => readCursor(cursor, namingContext)).toThrow(CookieRefusedError)
  })
})

it('of what two know, the later counts', () => {
  const known = [
    { invocationId: other, usn: 5n },
    { invocationId: one, usn: 7n }
  ]
  expect(mergeUpToDate(known, [{ invocationId: one, usn: 6n }])).toEqual([
    { invocationId: one, usn: 7n },
    { invocationId: other, usn: 5n }
  ])
  expect(mergeUpToDate(known, [{ invocationId: other, usn: 9n }])[1]).toEqual({
    invocationId: other,
    usn: 9n
  })
})
