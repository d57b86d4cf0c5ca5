import { describe, expect, it } from 'vitest'
import { constructed, integer, octetString, sequence } from '../ber/write.ts'
import { MalformedMessageError } from '../errors.ts'
import { encodeControl } from './controls.ts'
import { decodeEntry, decodeMessage, type LdapMessage, type SearchEntry } from './messages.ts'

const attribute = (name: string, ...values: string[]) =>
  sequence(octetString(name), constructed(0x31, ...values.map(value => octetString(value))))

const entry = sequence(
  integer(7),
  constructed(
    0x64,
    octetString('CN=x'),
    sequence(attribute('cn', 'x'), attribute('description'), attribute('l', 'a', 'b'))
  )
)

const done = sequence(
  integer(8),
  constructed(0x65, integer(49, 0x0a), octetString(''), octetString('data 52e, v1db1\0')),
  constructed(
    0xa0,
    encodeControl({ oid: '1.2', critical: false }),
    encodeControl({ oid: '1.3', critical: true, value: Buffer.from('v') })
  )
)

/** A message, with its entry if it has one. */
function decodeWhole(bytes: Buffer): LdapMessage & { entry?: SearchEntry } {
  const message = decodeMessage(bytes)
  return message.kind === 'entry' ? { ...message, entry: decodeEntry(message.bytes) } : message
}

describe('decodeMessage', () => {
  it('reads an entry, attributes without values too', () => {
    const message = decodeWhole(entry)
    expect(message).toMatchObject({ kind: 'entry', id: 7, entry: { dn: 'CN=x' } })
    const attributes = message.entry?.attributes ?? []
    expect(attributes.map(({ name, values }) => [name, values.map(String)])).toEqual([
      ['cn', ['x']],
      ['description', []],
      ['l', ['a', 'b']]
    ])
  })

  it('reads a result with its controls, and drops the NUL that Active Directory adds', () => {
    expect(decodeMessage(done)).toEqual({
      kind: 'result',
      id: 8,
      result: {
        code: 49,
        diagnostic: 'data 52e, v1db1',
        controls: [
          { oid: '1.2', critical: false },
          { oid: '1.3', critical: true, value: Buffer.from('v') }
        ]
      }
    })
  })

  it('reads a result with a referral, as a bind or an extended answer has other parts', () => {
    const parts = [integer(10, 0x0a), octetString('DC=x'), octetString('see there')]
    const referral = constructed(0xa3, octetString('ldap://elsewhere/'))
    const message = decodeMessage(sequence(integer(1), constructed(0x65, ...parts, referral)))
    expect(message).toMatchObject({ result: { code: 10, diagnostic: 'see there', controls: [] } })
  })

  it('ignores references and intermediate answers', () => {
    for (const tag of [0x73, 0x79]) {
      expect(decodeMessage(sequence(integer(5), constructed(tag, octetString('x'))))).toEqual({
        kind: 'ignored',
        id: 5
      })
    }
  })

  it.each([
    ['an entry', entry],
    ['a result', done]
  ])('refuses %s that is cut short in any place', (_name, message) => {
    const content = message.subarray(2)
    for (let length = 0; length < content.length; length++) {
      const cut = sequence(content.subarray(0, length))
      // A result may end before its controls: that is a whole message.
      if (message === done && length === content.length - controlsLength) continue
      expect(() => decodeWhole(cut), `after ${length} bytes`).toThrow(MalformedMessageError)
    }
  })

  it('refuses a value that reaches over its parent', () => {
    const bytes = Buffer.from(entry)
    // The length of the attribute list, made one too small.
    const at = bytes.indexOf(octetString('CN=x')) + 6
    bytes[at + 1] = (bytes[at + 1] ?? 0) - 1
    expect(() => decodeWhole(bytes)).toThrow(MalformedMessageError)
  })
})

const controlsLength = done.length - done.lastIndexOf(0xa0)
