import { expect, it } from 'vitest'
import { shown } from './shown.ts'

const hash = 'b39525c3bc72a1136fcf7c8a338e0c14313d0450d1a4c98ef0a6ddada3bc5b0a'

it.each([
  ['words as they are', 'Access has been denied. Id 1e0f9f0c-1111-2222-3333-444455556666', undefined],
  ['several lines', 'one\r\n\ttwo\u0000three', 'one two three'],
  [
    'no credential',
    `bad value 'v1;PPH1_MD4,181a3024085fcee2f70e,1000,${hash};' in item`,
    "bad value '…' in item"
  ],
  ['half a credential', 'bad v1;PPH1_MD4,181a3024085fcee2f70e,10', 'bad …'],
  ['no hash', `hash ${hash} and ${hash.toUpperCase()}`, 'hash … and …'],
  ['no hash in base64', `hash ${Buffer.from(hash, 'hex').toString('base64')}`, 'hash …'],
  [
    'no token',
    `token eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiI2.c2lnbmF0dXJl expired`,
    'token … expired'
  ],
  ['no NT hash', 'hash 92937945b518814341de3f726500d4ff', 'hash …'],
  ['long names', 'Microsoft.Online.Administration.Automation.AccessDenied', undefined],
  ['not everything', 'word '.repeat(100), `${'word '.repeat(60)}…`]
])('%s', (_what, words, expected) => {
  expect(shown(words)).toBe(expected ?? words)
})
