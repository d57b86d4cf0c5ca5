/** Attribute ids of a target info (MS-NLMP section 2.2.2.1). */
export const av = {
  end: 0,
  computerName: 1,
  domainName: 2,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10
} as const

/** MsvAvFlags: the AUTHENTICATE message carries a message integrity code. */
const INTEGRITY_CODE = 0x2

/** The attributes in the order in which they came. */
export type TargetInfo = ReadonlyMap<number, Buffer>

/** @throws RangeError when it breaks off or has no end mark */
export function readTargetInfo(bytes: Buffer): TargetInfo {
  const info = new Map<number, Buffer>()
  for (let at = 0; ; ) {
    const id = bytes.readUInt16LE(at)
    const length = bytes.readUInt16LE(at + 2)
    if (id === av.end) return info
    at += 4
    if (at + length > bytes.length) throw new RangeError('an attribute of the target info breaks off')
    info.set(id, bytes.subarray(at, at + length))
    at += length
  }
}

export function writeTargetInfo(info: TargetInfo): Buffer {
  return Buffer.concat([
    ...[...info].flatMap(([id, value]) => [pair(id, value.length), value]),
    pair(av.end, 0)
  ])
}

function pair(id: number, length: number): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt16LE(id)
  header.writeUInt16LE(length, 2)
  return header
}

/**
 * What the client returns of a target info that has a timestamp (MS-NLMP section 3.1.5.1.2): it says that an integrity
 * code comes, that there is no channel to bind to, and which service was meant.
 */
export function answerTargetInfo(offered: TargetInfo, servicePrincipalName: string): TargetInfo {
  const flags = Buffer.alloc(4)
  const held = offered.get(av.flags)
  flags.writeUInt32LE(((held?.length === 4 ? held.readUInt32LE() : 0) | INTEGRITY_CODE) >>> 0)
  return new Map([
    ...offered,
    [av.flags, flags],
    [av.channelBindings, Buffer.alloc(16)],
    [av.targetName, Buffer.from(servicePrincipalName, 'utf16le')]
  ])
}
