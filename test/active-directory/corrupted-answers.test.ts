import { connectDirectory, dirSync } from '@opendirsync/active-directory'
import { CookieRefusedError, PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'
import { integer, octetString, sequence } from '@opendirsync/ldap'
import { expect, it, onTestFinished } from 'vitest'
import { entry, result, searchTag, startLoopbackServer } from '../ldap/loopback-server.ts'

const ENTRIES = 40
const ROUNDS = 60
const AT_ONCE = 12
const SILENCE_MS = 250

/** Numbers that look like chance and are the same in every run (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** One whole page of DirSync. */
function page(id: number): Buffer {
  const entries = Array.from({ length: ENTRIES }, (_, number) =>
    entry(id, `<GUID=5aa94ddf-24ef-4cab-983c-3166${String(number).padStart(8, '0')}>;CN=${number},DC=x`, {
      objectGUID: [Buffer.alloc(16, number)],
      objectClass: ['top', 'user'],
      'member;range=1-1': [`<GUID=521a8df8-75f7-4764-942a-a5df16902a32>;CN=y,DC=x`],
      description: ['x'.repeat(number * 10)]
    })
  )
  const value = sequence(integer(0), integer(0), octetString('cookie'))
  return Buffer.concat([
    ...entries,
    result(id, { controls: [{ oid: '1.2.840.113556.1.4.841', critical: false, value }] })
  ])
}

type Corruption = (bytes: Buffer, below: (limit: number) => number) => Buffer

const corruptions: [string, Corruption, { readonly ends: boolean }][] = [
  ['cut off, and then silence', (bytes, below) => bytes.subarray(0, below(bytes.length)), { ends: false }],
  ['cut off, and then the end', (bytes, below) => bytes.subarray(0, below(bytes.length)), { ends: true }],
  ['with flipped bits', flipBits, { ends: false }],
  ['with random bytes in their midst', randomBytesInside, { ends: false }],
  ['with a piece left out', leftOut, { ends: true }]
]

function flipBits(bytes: Buffer, below: (limit: number) => number): Buffer {
  const broken = Buffer.from(bytes)
  for (let count = 1 + below(8); count > 0; count--) {
    const at = below(broken.length)
    broken[at] = (broken[at] ?? 0) ^ (1 << below(8))
  }
  return broken
}

function randomBytesInside(bytes: Buffer, below: (limit: number) => number): Buffer {
  const at = below(bytes.length)
  const random = Buffer.from(Array.from({ length: 1 + below(300) }, () => below(256)))
  return Buffer.concat([bytes.subarray(0, at), random, bytes.subarray(at)])
}

function leftOut(bytes: Buffer, below: (limit: number) => number): Buffer {
  const at = below(bytes.length)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(200))])
}

const known = [UnavailableError, PermanentError, CookieRefusedError, SetupError]

it.each(corruptions)('answers %s never crash it, nor keep it waiting', async (_name, corrupt, { ends }) => {
  let seed = 0
  const peer = await startLoopbackServer((socket, { id, tag }) => {
    if (tag !== searchTag) return
    socket.write(corrupt(page(id), chance(seed++)))
    if (ends) socket.end()
  })
  onTestFinished(() => peer[Symbol.asyncDispose]())

  let failed = 0
  async function readOnce(): Promise<void> {
    const begun = performance.now()
    try {
      // A wrong length may swallow the server's own answers: so each reading has a connection of its own.
      await using connection = await connectDirectory({ ...peer.server, operationTimeoutMs: SILENCE_MS })
      for await (const _ of dirSync(connection, { namingContext: 'DC=x', attributes: ['description'] }));
    } catch (error) {
      failed++
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      expect(
        known.some(kind => error instanceof kind),
        message
      ).toBe(true)
    }
    // Silence, the end of the connection, and a loaded machine.
    expect(performance.now() - begun).toBeLessThan(SILENCE_MS + 15_000)
  }
  for (let round = 0; round < ROUNDS; round += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, readOnce))

  expect(failed).toBeGreaterThan(ROUNDS / 4)
})
