import { SetupError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { readApiKeys } from './api-keys.ts'

const first = 'a'.repeat(32)
const second = 'b:c,d'.replace(',', '-').padEnd(40, 'e')

describe('readApiKeys', () => {
  it('knows each key by its name, and no other', () => {
    const keys = readApiKeys(` operator:${first} , console:${second}`)
    expect(keys.nameOf(first)).toBe('operator')
    expect(keys.nameOf(second)).toBe('console')
    for (const wrong of ['', 'operator', `${first}a`, first.slice(1), `operator:${first}`]) {
      expect(keys.nameOf(wrong)).toBeUndefined()
    }
  })

  const cases: [name: string, text: string, message: RegExp][] = [
    ['nothing', ' , ', /holds no entry/],
    ['a key without a name', `operator:${first},hidden-hidden`, /Entry 2 is not of the form name:key/],
    ['a short key', 'operator:hidden', /key of operator is shorter than 32 characters/],
    ['a name twice', `a:${first},a:${second}`, /name a is there twice/]
  ]
  it.each(cases)('refuses %s, without showing a key', (_name, text, message) => {
    expect(() => readApiKeys(text)).toThrow(SetupError)
    expect(() => readApiKeys(text)).toThrow(message)
    expect(() => readApiKeys(text)).not.toThrow(/hidden/)
  })
})
