import type { ObjectGuid, SourceAnchor } from '@opendirsync/contracts'
import { block, inbound } from './attribute-flow.ts'
import { single } from './values.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Where each byte of the GUID's text stands in AD's octets: three little-endian fields, then eight bytes (MS-DTYP 2.3.4). */
const octetOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

/** Base64 of 16 bytes: 22 characters, the last of which carries four zero bits, and two signs of padding. */
const sixteenBytes = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/** The 16 octets that AD stores for this GUID, in Base64. */
export function anchorOfGuid(objectGuid: ObjectGuid): SourceAnchor {
  const hex = objectGuid.replaceAll('-', '')
  const octets = octetOrder.map(position => Number.parseInt(hex.slice(position * 2, position * 2 + 2), 16))
  return base64(octets)
}

/**
 * Users: mS-DS-ConsistencyGuid where it is set, because it can be carried to another forest, else objectGUID.
 * That is what Entra Connect does by default, so a tenant that it filled is taken over without new objects.
 */
export const userSourceAnchor = inbound({
  target: 'sourceAnchor',
  sources: ['mS-DS-ConsistencyGuid', 'objectGUID'],
  flow(values) {
    const own = anchorOfGuid(single(values.objectGUID) ?? '')
    const consistencyGuid = single(values['mS-DS-ConsistencyGuid'])
    if (consistencyGuid === undefined) return own
    if (sixteenBytes.test(consistencyGuid)) return consistencyGuid
    return block(
      {
        code: 'source-anchor-invalid',
        attribute: 'mS-DS-ConsistencyGuid',
        message:
          'mS-DS-ConsistencyGuid must hold exactly 16 bytes. Correct it, or clear it to use objectGUID.'
      },
      own
    )
  }
})

/** Everything else: objectGUID. */
export const sourceAnchor = inbound({
  target: 'sourceAnchor',
  sources: ['objectGUID'],
  flow: ({ objectGUID }) => anchorOfGuid(single(objectGUID) ?? '')
})

function base64(octets: readonly number[]): string {
  let encoded = ''
  for (let i = 0; i < octets.length; i += 3) {
    const [first = 0, second, third] = octets.slice(i, i + 3)
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0)
    encoded += sign(group >> 18) + sign(group >> 12)
    encoded += second === undefined ? '=' : sign(group >> 6)
    encoded += third === undefined ? '=' : sign(group)
  }
  return encoded
}

function sign(bits: number): string {
  return alphabet.charAt(bits & 63)
}
