/** Tags of ASN.1 values as Kerberos uses them (RFC 4120 section 5). */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  generalizedTime: 0x18,
  generalString: 0x1b,
  sequence: 0x30
} as const

export const application = (number: number) => 0x60 | number
const context = (number: number) => 0xa0 | number

export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, { length: bytes }) => sum + bytes, 0)
  return Buffer.concat([Buffer.of(tag), lengthBytes(length), ...content])
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  const significant = bytes.subarray(Math.clz32(length) >>> 3)
  return Buffer.concat([Buffer.of(0x80 | significant.length), significant])
}

/** A SEQUENCE of explicitly tagged fields; those that are undefined are left out. */
export function fields(...entries: readonly (readonly [number, Buffer | undefined])[]): Buffer {
  const present = entries.flatMap(([number, value]) => (value ? [element(context(number), value)] : []))
  return element(derTag.sequence, ...present)
}

export function sequence(...values: readonly Buffer[]): Buffer {
  return element(derTag.sequence, ...values)
}

/** From -2^31 to 2^32 - 1. */
export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  let start = 0
  while (start < 7 && isSignExtension(bytes, start)) start++
  return element(derTag.integer, bytes.subarray(start))
}

function isSignExtension(bytes: Buffer, at: number): boolean {
  const next = bytes[at + 1] ?? 0
  return next < 0x80 ? bytes[at] === 0 : bytes[at] === 0xff
}

export function octets(value: Buffer): Buffer {
  return element(derTag.octetString, value)
}

export function text(value: string): Buffer {
  return element(derTag.generalString, Buffer.from(value))
}

/** KerberosTime: whole seconds. */
export function time(value: Date): Buffer {
  const digits = value.toISOString().slice(0, 19).replaceAll(/\D/g, '')
  return element(derTag.generalizedTime, Buffer.from(`${digits}Z`))
}

/** KerberosFlags: 32 bits, of which bit 0 is the highest. */
export function flags(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32BE(value, 1)
  return element(derTag.bitString, bytes)
}

/** A value that was read. Every method throws RangeError when the bytes are not what it expects. */
export class DerValue {
  readonly tag: number
  readonly content: Buffer
  /** With tag and length. */
  readonly whole: Buffer

  constructor(tag: number, content: Buffer, whole: Buffer) {
    this.tag = tag
    this.content = content
    this.whole = whole
  }

  /** The values that it is made of. */
  children(): DerValue[] {
    const found: DerValue[] = []
    for (let at = 0; at < this.content.length; ) {
      const child = readDer(this.content.subarray(at))
      found.push(child)
      at += child.whole.length
    }
    return found
  }

  /** The single value inside one with the tag `tag`. */
  inside(tag: number): DerValue {
    this.#expect(tag)
    return readDer(this.content)
  }

  /** The fields of a SEQUENCE of explicitly tagged values. */
  fields(): DerFields {
    this.#expect(derTag.sequence)
    return new DerFields(new Map(this.children().map(child => [child.tag, child])))
  }

  elements(): DerValue[] {
    this.#expect(derTag.sequence)
    return this.children()
  }

  integer(): number {
    this.#expect(derTag.integer)
    const { length } = this.content
    if (length < 1 || length > 5) throw new RangeError(`an integer of ${length} bytes`)
    return this.content.readIntBE(0, length)
  }

  octets(): Buffer {
    this.#expect(derTag.octetString)
    return this.content
  }

  text(): string {
    this.#expect(derTag.generalString)
    return this.content.toString()
  }

  time(): Date {
    this.#expect(derTag.generalizedTime)
    const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(this.content.toString('latin1'))
    if (match === null) throw new RangeError('a time that is none')
    const [, year, month, day, hour, minute, second] = match.map(Number)
    return new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second))
  }

  #expect(tag: number): void {
    if (this.tag !== tag) {
      throw new RangeError(`expected tag 0x${tag.toString(16)}, found 0x${this.tag.toString(16)}`)
    }
  }
}

export class DerFields {
  readonly #values: ReadonlyMap<number, DerValue>

  constructor(values: ReadonlyMap<number, DerValue>) {
    this.#values = values
  }

  find(number: number): DerValue | undefined {
    return this.#values.get(context(number))?.inside(context(number))
  }

  get(number: number): DerValue {
    const found = this.find(number)
    if (found === undefined) throw new RangeError(`field ${number} is missing`)
    return found
  }
}

/** The value at the start of `bytes`. @throws RangeError */
export function readDer(bytes: Buffer): DerValue {
  const first = bytes.readUInt8(1)
  const extra = first < 0x80 ? 0 : first & 0x7f
  if (first >= 0x80 && (extra < 1 || extra > 4)) throw new RangeError('a length that cannot be read')
  const length = extra === 0 ? first : bytes.readUIntBE(2, extra)
  const start = 2 + extra
  if (start + length > bytes.length) throw new RangeError('a value is longer than what contains it')
  return new DerValue(
    bytes.readUInt8(0),
    bytes.subarray(start, start + length),
    bytes.subarray(0, start + length)
  )
}
