import { randomBytes } from 'node:crypto'
import { hashesBySamba, type Person, type ReplicationFixture } from '../drsr/replication-fixture.ts'
import { median, rounded } from './statistics.ts'

const rounds = 3
/** Enough for a rate that stands still; one by one takes long. */
const mostBySamba = 2000

export interface PasswordReading {
  readonly people: number
  /** Ours: the whole naming context, from connecting to the last object, decrypted. */
  readonly readPerSecond: number
  /** Samba's client, which reads and decrypts object by object, over a connection that is open. */
  readonly sambaReadPerSecond: number
}

/** People whose passwords are hashes at random, for `startReplicationFixture`. */
export function peopleWithPasswords(count: number): Person[] {
  return Array.from({ length: count }, (_unused, number) => ({
    name: `person${number}`,
    password: { ntHash: randomBytes(16).toString('hex') }
  }))
}

/**
 * How fast the passwords of a domain's people are read, by us and by Samba's own client, taking turns against the same
 * controller. The median of three each.
 *
 * @throws Error when both have not read the same
 */
export async function readPasswords(fixture: ReplicationFixture, people: number): Promise<PasswordReading> {
  const ours: number[] = []
  const sambas: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    const hashes = await readEverybody(fixture)
    ours.push((hashes.size * 1000) / (performance.now() - started))
    if (hashes.size < people) throw new Error(`${hashes.size} passwords were read of ${people} people`)
    const some = [...hashes.keys()].slice(0, mostBySamba)
    const bySamba = await hashesBySamba(fixture, some)
    sambas.push(some.length / bySamba.seconds)
    const differing = some.filter(guid => bySamba.hashes[guid] !== hashes.get(guid))
    if (differing.length > 0) throw new Error(`Samba reads another password for ${differing.join(', ')}`)
  }
  return {
    people,
    readPerSecond: rounded(median(ours), 0),
    sambaReadPerSecond: rounded(median(sambas), 0)
  }
}

/** Hexadecimal by objectGUID. With connecting, as a new process would do it. */
async function readEverybody({ connect, domain }: ReplicationFixture): Promise<Map<string, string>> {
  await using replication = await connect()
  const hashes = new Map<string, string>()
  for await (const { objects } of replication.changes({ namingContext: domain.baseDn })) {
    for (const { objectGuid, ntHash } of objects) {
      if (ntHash !== undefined) hashes.set(objectGuid, ntHash.toString('hex'))
    }
  }
  return hashes
}
