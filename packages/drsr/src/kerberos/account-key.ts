import { SetupError } from '@opendirsync/contracts'
import { type DerValue, readDer } from './der.ts'
import { type EncryptionKey, encryptionTypes, keyFromPassword } from './encryption-key.ts'

/** PA-ETYPE-INFO2 (RFC 4120 section 5.2.7.5). */
const ENCRYPTION_TYPE_INFO = 19

/** What would take a minute to compute. Domain controllers use 4096. */
const MAX_ITERATIONS = 1_000_000

/**
 * The key of an account, with the salt that the domain controller tells in the METHOD-DATA of an error or of a reply.
 * @param methods a SEQUENCE OF PA-DATA
 * @throws SetupError `ad-credentials` when it offers no AES
 * @throws RangeError when it cannot be read
 */
export async function accountKey(
  methods: DerValue,
  password: Buffer,
  account: string
): Promise<EncryptionKey> {
  const offers = readOffers(methods)
  const offer = encryptionTypes.map(type => offers.get(type)).find(found => found !== undefined)
  if (offer === undefined) {
    throw new SetupError(
      'ad-credentials',
      `The account ${account} has no AES keys. Allow AES for it and set its password anew, which makes them.`
    )
  }
  const content = offer.fields()
  const salt = content.find(1)?.content ?? Buffer.alloc(0)
  const iterations = content.find(2)?.octets().readUInt32BE()
  if (iterations !== undefined && (iterations < 1 || iterations > MAX_ITERATIONS)) {
    throw new RangeError(`${iterations} iterations for a key`)
  }
  return await keyFromPassword(content.get(0).integer(), password, salt, iterations)
}

function readOffers(methods: DerValue): Map<number, DerValue> {
  const info = methods
    .elements()
    .map(method => method.fields())
    .find(method => method.get(1).integer() === ENCRYPTION_TYPE_INFO)
  const offers = info === undefined ? [] : readDer(info.get(2).octets()).elements()
  return new Map(offers.map(offer => [offer.fields().get(0).integer(), offer]))
}
