import { expect, it } from 'vitest'
import { md4 } from './md4.ts'

/** RFC 1320 appendix A.5. */
const suite: [string, string][] = [
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536'
  ]
]

it.each(suite)('digests "%s"', (message, digest) => {
  expect(md4(Buffer.from(message)).toString('hex')).toBe(digest)
})

it('makes the NT hash of a password, and leaves the password as it was', () => {
  // MS-NLMP section 4.2.2.1.2.
  const password = Buffer.from('Password', 'utf16le')
  expect(md4(password).toString('hex')).toBe('a4f49c406510bdcab6824ee7c30fd852')
  expect(password.toString('utf16le')).toBe('Password')
})

it.each([55, 56, 63, 64, 65, 119, 120])('pads a message of %i bytes', length => {
  const message = Buffer.alloc(length, 7)
  const other = Buffer.alloc(length, 7)
  other[length - 1] = 8
  expect(md4(message)).not.toEqual(md4(other))
  expect(md4(message)).toHaveLength(16)
})
