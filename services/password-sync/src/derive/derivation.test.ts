import { randomBytes } from 'node:crypto'
import { derivePph1 } from '@opendirsync/sync-service'
import { expect, it } from 'vitest'
import { NtHash } from '../secrecy/nt-hash.ts'
import { startDerivation } from './derivation.ts'

it('derives in the order of the hashes, and leaves none behind', async () => {
  await using derivation = startDerivation(2)
  const own = Array.from({ length: 300 }, () => randomBytes(16))
  const copies = own.map(hash => Buffer.from(hash))
  const derived = await derivation.derive(own.map(hash => new NtHash(hash)))
  expect(derived).toHaveLength(300)
  for (const [position, text] of derived.entries()) {
    const salt = Buffer.from(text.toString('latin1').split(',')[1] ?? '', 'hex')
    expect(salt).toHaveLength(10)
    expect(text.toString('latin1')).toBe(
      derivePph1(copies[position] ?? Buffer.alloc(16), salt).toString('latin1')
    )
    expect(own[position]).toEqual(Buffer.alloc(16))
  }
  expect(new Set(derived.map(text => text.toString('latin1').split(',')[1])).size).toBe(300)
})

it('fails instead of waiting for a thread that has ended', async () => {
  const derivation = startDerivation(1)
  await derivation[Symbol.asyncDispose]()
  const own = randomBytes(16)
  await expect(derivation.derive([new NtHash(own)])).rejects.toThrow('A thread that derives hashes has ended')
  expect(own).toEqual(Buffer.alloc(16))
})
