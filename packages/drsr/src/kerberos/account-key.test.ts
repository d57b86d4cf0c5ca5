import { SetupError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { accountKey } from './account-key.ts'
import { fields, integer, octets, readDer, sequence, text } from './der.ts'
import { keyFromPassword } from './encryption-key.ts'

const password = Buffer.from('a password')
const salt = 'CORP.EXAMPLE.TESTsvc'

it('takes AES-256 with the salt and the iterations that are offered, whatever comes first', async () => {
  const offered = methods(offer(23), offer(17, salt, 2), offer(18, salt, 2))
  using key = await accountKey(offered, password, 'svc')
  expect(key.type).toBe(18)
  expect(key.bytes).toEqual((await keyFromPassword(18, password, Buffer.from(salt), 2)).bytes)
})

it('takes AES-128 where there is no better one, and 4096 iterations where nothing is said', async () => {
  using key = await accountKey(methods(offer(17, salt)), password, 'svc')
  expect(key.type).toBe(17)
  expect(key.bytes).toEqual((await keyFromPassword(17, password, Buffer.from(salt), 4096)).bytes)
})

describe('an account without AES', () => {
  it.each([
    ['RC4 alone', methods(offer(23))],
    ['nothing', readDer(sequence())]
  ])('is refused: %s', async (_, offered) => {
    const refused = accountKey(offered, password, 'CORP\\svc')
    await expect(refused).rejects.toThrow(SetupError)
    await expect(refused).rejects.toThrow('CORP\\svc has no AES keys')
  })
})

it.each([0, 1_000_001, 0xffff_ffff])('refuses %i iterations', async iterations => {
  await expect(accountKey(methods(offer(18, salt, iterations)), password, 'svc')).rejects.toThrow(RangeError)
})

function offer(type: number, saltText?: string, iterations?: number): Buffer {
  const parameters = Buffer.alloc(4)
  parameters.writeUInt32BE(iterations ?? 0)
  return fields(
    [0, integer(type)],
    [1, saltText === undefined ? undefined : text(saltText)],
    [2, iterations === undefined ? undefined : octets(parameters)]
  )
}

/** METHOD-DATA with another method before the one that counts. */
function methods(...offers: Buffer[]) {
  const other = fields([1, integer(136)], [2, octets(Buffer.alloc(0))])
  return readDer(sequence(other, fields([1, integer(19)], [2, octets(sequence(...offers))])))
}
