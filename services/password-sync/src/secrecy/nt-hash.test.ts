import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import { createLogger } from '@opendirsync/runtime'
import { expect, it } from 'vitest'
import { NtHash } from './nt-hash.ts'

const bytes = () => Buffer.from('SECRETHASH123456')

it('is shown nowhere', () => {
  const lines: string[] = []
  const log = createLogger({ name: 'test', destination: { write: line => void lines.push(line) } })
  const hash = new NtHash(bytes())
  log.info({ hash, list: [hash], err: Object.assign(new Error('a fault'), { hash }) }, `of ${String(hash)}`)
  const texts = [
    ...lines,
    JSON.stringify({ hash }),
    inspect({ hash }, { showHidden: true, depth: null }),
    String(hash),
    serialize({ hash: Object.assign({}, hash) }).toString('latin1')
  ]
  expect(lines).toHaveLength(1)
  for (const text of texts) {
    expect(text).not.toContain('SECRETHASH')
    expect(text).not.toContain(bytes().toString('base64').slice(0, 12))
    expect(text).not.toContain(bytes().toString('hex'))
    expect(text).not.toContain('83,69,67')
  }
})

it('is overwritten when it is moved', () => {
  const own = bytes()
  const target = new Uint8Array(16)
  new NtHash(own).moveTo(target)
  expect(Buffer.from(target).toString()).toBe('SECRETHASH123456')
  expect(own).toEqual(Buffer.alloc(16))
})
