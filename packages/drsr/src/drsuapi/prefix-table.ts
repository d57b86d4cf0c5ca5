import { oidFromBytes, oidToBytes } from './object-identifier.ts'

/** What an ATTID's upper half stands for: an object identifier without the end that the lower half holds. */
export interface PrefixEntry {
  readonly index: number
  /** The first content octets of an object identifier in BER. */
  readonly prefix: Uint8Array
}

/** An arc of two octets in BER; larger ones spill into the prefix (MS-DRSR section 5.16.4). */
const TWO_OCTETS = 16_384
const LARGER_ARC = 32_768

/**
 * Translates between object identifiers and the ATTIDs of one message, which are short for the sender's own table
 * only (MS-DRSR sections 5.14 and 5.16.4).
 */
export class PrefixTable {
  readonly #prefixes = new Map<number, Uint8Array>()
  readonly #indexes = new Map<string, number>()
  readonly #oids = new Map<number, string | undefined>()

  /** @throws RangeError when two entries have one index */
  constructor(entries: Iterable<PrefixEntry>) {
    for (const { index, prefix } of entries) {
      if (this.#prefixes.has(index)) throw new RangeError(`the prefix table names index ${index} twice`)
      this.#prefixes.set(index, prefix)
      this.#indexes.set(hex(prefix), index)
    }
  }

  /** @returns undefined for one whose prefix is not in the table, as all of a schema extension's internal numbers */
  oidOf(attid: number): string | undefined {
    if (!this.#oids.has(attid)) this.#oids.set(attid, this.#compute(attid))
    return this.#oids.get(attid)
  }

  /**
   * @returns undefined when the table has no prefix for it
   * @throws TypeError when the text is no object identifier
   */
  attidOf(oid: string): number | undefined {
    const bytes = oidToBytes(oid)
    const last = Number(oid.slice(oid.lastIndexOf('.') + 1))
    const index = this.#indexes.get(hex(bytes.subarray(0, last < 128 ? -1 : -2)))
    if (index === undefined) return undefined
    const low = (last % TWO_OCTETS) + (last >= TWO_OCTETS ? LARGER_ARC : 0)
    return index * 0x1_0000 + low
  }

  #compute(attid: number): string | undefined {
    const prefix = this.#prefixes.get(attid >>> 16)
    if (prefix === undefined) return undefined
    const low = attid & 0xffff
    const end = low < 128 ? [low] : [((low >> 7) & 0x7f) | 0x80, low & 0x7f]
    return oidFromBytes(Buffer.concat([prefix, Buffer.from(end)]))
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/**
 * The start of every controller's table (MS-DRSR section 5.16.4, NewPrefixTable): a request that brings no table of its
 * own is read by it.
 */
const standardPrefixes = [
  '2.5.4',
  '2.5.6',
  '1.2.840.113556.1.2',
  '1.2.840.113556.1.3',
  '2.16.840.1.101.2.2.1',
  '2.16.840.1.101.2.2.3',
  '2.16.840.1.101.2.1.5',
  '2.16.840.1.101.2.1.4',
  '2.5.5',
  '1.2.840.113556.1.4',
  '1.2.840.113556.1.5'
]

export const standardPrefixTable = new PrefixTable(
  standardPrefixes.map((oid, index) => ({ index, prefix: oidToBytes(oid) }))
)
