import type { ObjectGuid, SourceAnchor, SourceAnchorChoice } from '@opendirsync/contracts'
import { block } from '../attribute-flow.ts'
import { single } from '../values.ts'
import { type InboundFlow, inbound } from './declared-flow.ts'
import { isLinkedMailbox } from './recipient-type.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Twelve bits to two signs of Base64. */
const pairs = Array.from(
  { length: 4096 },
  (_, bits) => alphabet.charAt(bits >> 6) + alphabet.charAt(bits & 63)
)

/** Where each byte of the GUID's text stands in AD's octets: three little-endian fields, then eight bytes (MS-DTYP 2.3.4). */
const octetOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

/** Base64 of 16 bytes: 22 characters, the last of which carries four zero bits, and two signs of padding. */
const sixteenBytes = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/** The 16 octets that AD stores for this GUID, in Base64. */
export function anchorOfGuid(objectGuid: ObjectGuid): SourceAnchor {
  const hex = objectGuid.replaceAll('-', '')
  let anchor = ''
  let bits = 0
  for (let place = 0; place < 16; place++) {
    const at = (octetOrder[place] ?? 0) * 2
    bits = (bits << 8) | (nibble(hex.charCodeAt(at)) << 4) | nibble(hex.charCodeAt(at + 1))
    if (place % 3 !== 2) continue
    anchor += signs(bits >> 12) + signs(bits)
    bits = 0
  }
  // The sixteenth octet has two signs, and four bits of zero to fill the second.
  return `${anchor}${signs(bits << 4)}==`
}

/**
 * The same anchor as Entra Connect, so a tenant that it filled is taken over without new objects. The mailbox of an
 * account in another forest has none: the account's counts.
 */
export function userSourceAnchor(choice: SourceAnchorChoice): InboundFlow {
  return choice === 'object-guid' ? ofObjectGuid : ofConsistencyGuid
}

/** mS-DS-ConsistencyGuid where it is set, because it can be carried to another forest. */
const ofConsistencyGuid = inbound({
  target: 'sourceAnchor',
  sources: ['mS-DS-ConsistencyGuid', 'objectGUID', 'msExchRecipientTypeDetails'],
  how: 'the first where it is set, else objectGUID; Base64 of 16 bytes; none for a linked mailbox',
  connect: 'writes objectGUID into an empty mS-DS-ConsistencyGuid',
  flow(values) {
    if (isLinkedMailbox(values.msExchRecipientTypeDetails)) return null
    const consistencyGuid = single(values['mS-DS-ConsistencyGuid'])
    if (consistencyGuid !== undefined && sixteenBytes.test(consistencyGuid)) return consistencyGuid
    const own = anchorOfGuid(single(values.objectGUID) ?? '')
    if (consistencyGuid === undefined) return own
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

const ofObjectGuid = inbound({
  target: 'sourceAnchor',
  sources: ['objectGUID', 'msExchRecipientTypeDetails'],
  how: 'Base64 of 16 bytes; none for a linked mailbox',
  flow({ objectGUID, msExchRecipientTypeDetails }) {
    return isLinkedMailbox(msExchRecipientTypeDetails) ? null : anchorOfGuid(single(objectGUID) ?? '')
  }
})

/** Everything else: objectGUID. */
export const sourceAnchor = inbound({
  target: 'sourceAnchor',
  sources: ['objectGUID'],
  how: 'Base64 of 16 bytes',
  flow: ({ objectGUID }) => anchorOfGuid(single(objectGUID) ?? '')
})

/** The GUID's text, which names a group in the tenant (`uniqueName`). */
export const objectGuid = inbound({
  target: 'objectGUID',
  sources: ['objectGUID'],
  how: 'the text',
  flow: ({ objectGUID }) => single(objectGUID) ?? null
})

/** That of the object which gives the source anchor. */
export const userObjectGuid = inbound({
  target: 'objectGUID',
  sources: ['objectGUID', 'msExchRecipientTypeDetails'],
  how: 'the text; none for a linked mailbox',
  flow: ({ objectGUID, msExchRecipientTypeDetails }) =>
    isLinkedMailbox(msExchRecipientTypeDetails) ? null : (single(objectGUID) ?? null)
})

function signs(bits: number): string {
  return pairs[bits & 4095] ?? ''
}

/** Of what is no hexadecimal digit, zero. */
function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : 0
}
