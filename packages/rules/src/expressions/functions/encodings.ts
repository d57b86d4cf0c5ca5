import { ExpressionError } from '../fault.ts'
import { define, type ExpressionFunction } from '../function.ts'
import { requireLength, shown } from '../values.ts'
import { decode, fromBase64, fromHex, toBase64, toHex, toUtf16 } from './octets.ts'

const text = { name: 'text', kind: 'text' } as const
const guidText = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i

const toBase64OfText = define({
  name: 'ConvertToBase64',
  parameters: [text],
  returns: 'text',
  description:
    'The Base64 of the text in UTF-16. Of `[objectGUID]`, that of its 16 octets, which is the source anchor.',
  page: 'both',
  apply: value => {
    requireLength(value.length * 3)
    return toBase64(toUtf16(value))
  }
})

const octetsOfGuid = define({
  name: 'CGuid',
  parameters: [text],
  returns: 'text',
  description: 'The Base64 of the 16 octets of a GUID.',
  page: 'Entra Connect',
  apply: value => {
    const guid = guidText.exec(value)?.[1]
    if (guid !== undefined) return toBase64(fromHex(swapped(guid.replaceAll('-', ''))) ?? new Uint8Array())
    throw new ExpressionError(`${shown(value)} is not a GUID.`)
  }
})

export const encodingFunctions: readonly ExpressionFunction[] = [
  {
    ...toBase64OfText,
    compile: site => {
      const node = site.arguments[0]?.node
      const isObjectGuid = node?.type === 'Attribute' && node.name.toLowerCase() === 'objectguid'
      return (isObjectGuid ? octetsOfGuid : toBase64OfText).compile(site)
    }
  },
  octetsOfGuid,
  define({
    name: 'ConvertFromBase64',
    parameters: [
      text,
      { name: 'encoding', kind: 'word', words: ['Unicode', 'ASCII', 'UTF8'], optional: true }
    ],
    returns: 'text',
    description: 'The text that a Base64 stands for: `Unicode` (the default, UTF-16), `UTF8` or `ASCII`.',
    page: 'Entra Connect',
    apply: (value, encoding = 'Unicode') => {
      const octets = fromBase64(value)
      if (octets !== undefined) return decode(octets, encoding)
      throw new ExpressionError(`${shown(value)} is not Base64.`)
    }
  }),
  define({
    name: 'ConvertToUTF8Hex',
    parameters: [text],
    returns: 'text',
    description: 'The octets of the text in UTF-8, as hexadecimal digits.',
    page: 'both',
    apply: value => {
      requireLength(value.length * 6)
      return toHex(new TextEncoder().encode(value)).toUpperCase()
    }
  }),
  define({
    name: 'ConvertFromUTF8Hex',
    parameters: [text],
    returns: 'text',
    description: 'The text that ConvertToUTF8Hex was given.',
    page: 'Entra Connect',
    apply: value => {
      const octets = fromHex(value)
      if (octets !== undefined) return decode(octets, 'UTF8')
      throw new ExpressionError(`${shown(value)} is not made of pairs of hexadecimal digits.`)
    }
  }),
  define({
    name: 'StringFromGuid',
    parameters: [text],
    returns: 'text',
    description: 'The text of a GUID that is given in Base64, or as its text already, as `[objectGUID]` is.',
    page: 'Entra Connect',
    apply: value => {
      const written = guidText.exec(value)?.[1]
      if (written !== undefined) return written.toLowerCase()
      const octets = fromBase64(value)
      if (octets?.length === 16) return textOfGuid(toHex(octets))
      throw new ExpressionError(`${shown(value)} is not a GUID of 16 octets in Base64.`)
    }
  }),
  define({
    name: 'StringFromSid',
    parameters: [text],
    returns: 'text',
    description: 'The text of a SID, `S-1-5-…`, that is given in Base64, or as its text already.',
    page: 'Entra Connect',
    apply: value => {
      if (/^S-1-\d/i.test(value)) return value
      const sid = textOfSid(fromBase64(value) ?? new Uint8Array())
      if (sid !== undefined) return sid
      throw new ExpressionError(`${shown(value)} is not a SID in Base64.`)
    }
  })
]

/** Three little-endian fields, then eight octets (MS-DTYP 2.3.4). Both ways. */
function swapped(hex: string): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
  return order.map(position => hex.slice(position * 2, position * 2 + 2)).join('')
}

function textOfGuid(hex: string): string {
  return swapped(hex).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Revision, count, six octets of authority, then little-endian numbers of four (MS-DTYP 2.4.2.2). */
function textOfSid(octets: Uint8Array): string | undefined {
  const count = octets[1] ?? 0
  if (octets[0] !== 1 || octets.length !== 8 + count * 4) return undefined
  const view = new DataView(octets.buffer, octets.byteOffset)
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4)
  const numbers = Array.from({ length: count }, (_, index) => view.getUint32(8 + index * 4, true))
  return ['S', 1, authority, ...numbers].join('-')
}
