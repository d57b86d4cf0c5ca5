import { expect, it } from 'vitest'
import { derivePph1 } from './pph1.ts'

it.each([
  [
    '8846F7EAEE8FB117AD06BDD830B7586C',
    '00010203040506070809',
    '52baa8631e9b338e4800896113f174acbbfe422b2b8dd47e01a455a7fb8fb83c'
  ],
  [
    '92937945B518814341DE3F726500D4FF',
    '181a3024085fcee2f70e',
    'b39525c3bc72a1136fcf7c8a338e0c14313d0450d1a4c98ef0a6ddada3bc5b0a'
  ],
  [
    '31D6CFE0D16AE931B73C59D7E0C089C0',
    '01cda06eceb9d9bc2621',
    '9d4fc778add44776555d3fa6ccb4f9637f25e34a62dbc5fa0f782ef8c762c902'
  ]
])('of the NT hash %s with the salt %s is known', (ntHash, salt, hash) => {
  const given = Buffer.from(ntHash, 'hex')
  expect(derivePph1(given, Buffer.from(salt, 'hex')).toString('latin1')).toBe(
    `v1;PPH1_MD4,${salt},1000,${hash};`
  )
  expect(given.toString('hex')).toBe(ntHash.toLowerCase())
})

it('a salt is 10 random bytes', () => {
  const salts = Array.from(
    { length: 20 },
    () => derivePph1(Buffer.alloc(16)).toString('latin1').split(',')[1]
  )
  for (const salt of salts) expect(salt).toMatch(/^[0-9a-f]{20}$/)
  expect(new Set(salts).size).toBe(20)
})

it.each([0, 15, 17, 32])('%i bytes are no NT hash, and are not told', length => {
  const bytes = Buffer.alloc(length, 0xab)
  expect(() => derivePph1(bytes)).toThrow(/^An NT hash has 16 bytes/)
})
