import { type EntraEmulator, fixedClock, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changed, connect, idOf, newUser, write } from './tenant.ts'

let emulator: EntraEmulator
beforeAll(async () => {
  emulator = await startEntraEmulator()
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
})
beforeEach(() => {
  emulator.faults.clear()
  emulator.requests.reset()
})

const many = (prefix: string) =>
  Array.from({ length: 60 }, (_each, position) => newUser(`${prefix}${position}`))

describe('throttling', () => {
  it('of much of a batch pauses everything that was not sent yet', async () => {
    const entra = connect(emulator, { batchesInFlight: 1 })
    emulator.faults.add({ target: 'item', method: 'POST', status: 429, retryAfterSeconds: 30, times: 10 })
    const outcomes = [...(await entra.writeObjects(many('item'))).values()]
    expect(outcomes.filter(({ result }) => result === 'written')).toHaveLength(10)
    const postponed = outcomes.filter(outcome => outcome.result === 'later')
    expect(postponed).toHaveLength(50)
    for (const { retryAfterMs } of postponed) expect(retryAfterMs).toBeGreaterThan(25_000)
    expect(entra.requests.batches).toBe(1)
  })

  it('of one item, without a scope, holds up nothing else', async () => {
    const entra = connect(emulator)
    emulator.faults.add({ target: 'item', method: 'POST', status: 429, retryAfterSeconds: 30, times: 1 })
    const outcomes = [...(await entra.writeObjects(many('lone'))).values()]
    expect(outcomes.filter(({ result }) => result === 'written')).toHaveLength(59)
  })

  it('that is soon over is waited out', async () => {
    const entra = connect(emulator)
    emulator.faults.add({ target: 'item', status: 429, retryAfterSeconds: 0.05, times: 1 })
    emulator.faults.add({ pathContains: '$batch', status: 429, retryAfterSeconds: 0.05, times: 1 })
    expect(await write(entra, newUser('soon'))).toMatchObject({ result: 'written', operation: 'create' })
    expect(entra.requests.sentAgain).toBe(2)
  })

  it('of a whole batch is for later, with the time that Graph names', async () => {
    const entra = connect(emulator)
    emulator.faults.add({ pathContains: '$batch', status: 429, retryAfterSeconds: 30.5, times: 1 })
    expect(await write(entra, newUser('whole'))).toMatchObject({ result: 'later', retryAfterMs: 30_500 })
  })

  it('is understood in a batch that answers 424', async () => {
    await using busy = await startEntraEmulator({
      throttling: { writes: 5, writeWindowMs: 60_000 },
      clock: fixedClock('2026-11-06T12:00:00Z'),
      behaviour: { throttledBatchStatus: 424 }
    })
    const outcomes = await connect(busy).writeObjects(many('busy').slice(0, 10))
    const results = [...outcomes.values()].map(({ result }) => result)
    expect(results.filter(result => result === 'written')).toHaveLength(5)
    expect(results.filter(result => result === 'later')).toHaveLength(5)
  })
})

describe('outages', () => {
  it.each([500, 502, 503, 504])('a batch that is answered with %i is for later', async status => {
    const entra = connect(emulator)
    emulator.faults.add({ target: 'request', pathContains: '$batch', status, times: 1 })
    expect(await write(entra, newUser(`down${status}`))).toMatchObject({ result: 'later' })
    expect(await write(entra, newUser(`down${status}`))).toMatchObject({
      result: 'written',
      operation: 'create'
    })
  })

  it('a change is sent again, since twice is the same as once', async () => {
    const entra = connect(emulator)
    const anna = newUser('twice')
    const id = idOf(await write(entra, anna))
    emulator.faults.add({ pathContains: '$batch', drop: true, carriedOut: true, times: 1 })
    emulator.faults.add({ target: 'item', status: 503, times: 1 })
    expect(await write(entra, changed(anna, id, { department: 'Sales' }))).toMatchObject({
      result: 'written'
    })
  })

  it('a batch that is not answered in time is for later', async () => {
    const entra = connect(emulator, { timeoutMs: 100 })
    await entra.check()
    emulator.faults.add({ target: 'request', pathContains: '$batch', delayMs: 2_000, times: 1 })
    expect(await write(entra, newUser('late'))).toMatchObject({ result: 'later' })
  })

  it('a tenant that cannot be reached is for later', async () => {
    const gone = await startEntraEmulator()
    const entra = connect(gone)
    await entra.check()
    await gone[Symbol.asyncDispose]()
    expect(await write(entra, newUser('nobody'))).toMatchObject({
      result: 'later',
      reason: expect.stringContaining('cannot be reached')
    })
  })
})

it('an object that is not known everywhere yet is for later', async () => {
  await using slow = await startEntraEmulator({ replicationLagMs: 3_600_000 })
  const entra = connect(slow)
  const anna = newUser('anna')
  const id = idOf(await write(entra, anna))
  expect(await write(entra, changed(anna, id, { department: 'Sales' }))).toMatchObject({ result: 'later' })
  expect(slow.state.live.user.size).toBe(1)
})

it('a token that is no longer accepted is replaced', async () => {
  const entra = connect(emulator)
  await entra.check()
  emulator.revokeTokens()
  expect(await write(entra, newUser('renewed'))).toMatchObject({ result: 'written', operation: 'create' })
})

describe('staging mode', () => {
  it('lets reads through and nothing else', async () => {
    const entra = connect(emulator, { mode: 'staging' })
    const gone = { ...newUser('gone'), desiredPresent: false }
    const outcomes = await entra.writeObjects([
      newUser('staged'),
      changed(newUser('x'), 'x', { department: 'Sales' })
    ])
    expect([...outcomes.values()]).toMatchObject([
      { result: 'later', reason: expect.stringContaining('Staging mode') },
      { result: 'later' }
    ])
    expect(await write(entra, gone)).toMatchObject({ operation: 'unchanged' })
    expect((await entra.check()).displayName).toBe('Contoso')
    expect(emulator.requests.writes).toBe(0)
  })

  it('is asked for before each request, so that it can be switched', async () => {
    let mode: 'export' | 'staging' = 'export'
    const entra = connect(emulator, { mode: () => mode })
    expect(await write(entra, newUser('before'))).toMatchObject({ result: 'written' })
    const before = emulator.requests.writes
    mode = 'staging'
    expect(entra.mode).toBe('staging')
    expect(await write(entra, newUser('held'))).toMatchObject({ result: 'later' })
    expect(emulator.requests.writes).toBe(before)
    mode = 'export'
    expect(await write(entra, newUser('held'))).toMatchObject({ result: 'written', operation: 'create' })
  })
})
