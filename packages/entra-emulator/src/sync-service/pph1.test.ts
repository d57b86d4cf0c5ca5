import { describe, expect, test } from 'vitest'
import { canSignIn, isPasswordOf, parsePph1 } from './pph1.ts'

const salt = '181a3024085fcee2f70e'
const hash = 'b39525c3bc72a1136fcf7c8a338e0c14313d0450d1a4c98ef0a6ddada3bc5b0a'
const usual = `v1;PPH1_MD4,${salt},1000,${hash};`

function parsed(text: string) {
  const found = parsePph1(text)
  if (found === undefined) throw new Error(`${text} was not understood`)
  return found
}

test('a clear password is compared with what stands for it', () => {
  expect(isPasswordOf(parsed(usual), 'Pa$$w0rd')).toBe(true)
  expect(isPasswordOf(parsed(usual), 'pa$$w0rd')).toBe(false)
  const ofNothing =
    'v1;PPH1_MD4,01cda06eceb9d9bc2621,1000,9d4fc778add44776555d3fa6ccb4f9637f25e34a62dbc5fa0f782ef8c762c902;'
  expect(isPasswordOf(parsed(ofNothing), '')).toBe(true)
})

test('more iterations than Microsoft documents are taken, and let nobody in', () => {
  expect(canSignIn(parsed(usual))).toBe(true)
  expect(canSignIn(parsed(usual.replace('1000', '1001')))).toBe(false)
})

describe('what has another form is not understood', () => {
  test.each([
    ['nothing', ''],
    ['no semicolon at the end', usual.slice(0, -1)],
    ['another version', usual.replace('v1', 'v2')],
    ['another scheme', usual.replace('PPH1_MD4', 'PPH2_MD4')],
    ['a hash that is too short', usual.replace(hash, hash.slice(2))],
    ['a hash that is too long', usual.replace(hash, `${hash}00`)],
    ['half a byte of salt', usual.replace(salt, salt.slice(1))],
    ['no salt', usual.replace(salt, '')],
    ['no iterations', usual.replace('1000', '0')],
    ['iterations that would never end', usual.replace('1000', '100000000')],
    ['spaces', usual.replaceAll(',', ', ')],
    ['a line break', `${usual}\n`],
    ['an NT hash', '92937945B518814341DE3F726500D4FF']
  ])('%s', (_what, text) => {
    expect(parsePph1(text)).toBeUndefined()
  })
})
