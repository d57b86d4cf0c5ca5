import { type Element, textAt } from '@opendirsync/binary-xml'
import type { CredentialOutcome } from '@opendirsync/sync-service'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, people } from './connect.ts'
import { credentialResults, fault, itemsOf, result } from './replies.ts'
import { type Answer, startTenantService, type TenantService } from './tenant-service.ts'

let service: TenantService
let received: Map<string, Element>
const answer: Answer = call => {
  for (const item of itemsOf(call)) received.set(textAt(item, 'SourceAnchor') ?? '', item)
  return credentialResults(call)
}
beforeAll(async () => {
  service = await startTenantService(answer)
})
afterAll(() => service[Symbol.asyncDispose]())
beforeEach(() => {
  service.answer = answer
  service.calls.length = 0
  received = new Map()
})

const sizes = () => service.calls.map(call => itemsOf(call).length)
const written = { result: 'written' }

it('hashes arrive as they were derived, in batches, and are overwritten', async () => {
  using sync = connect(service, { batchSize: 50 })
  const { credentials, texts } = people(120)
  const outcomes = await sync.provisionCredentials(credentials)
  expect([...outcomes.values()]).toEqual(Array.from({ length: 120 }, () => written))
  expect(sizes().toSorted((one, other) => one - other)).toEqual([20, 50, 50])
  for (const [anchor, text] of texts) {
    const item = received.get(anchor)
    expect(item && textAt(item, 'CredentialData')).toBe(text)
    expect(item && textAt(item, 'ForcePasswordChangeOnLogon')).toBe('false')
    expect(item && textAt(item, 'CloudAnchor')).toBeUndefined()
  }
  for (const { credentialData } of credentials) expect(credentialData.every(byte => byte === 0)).toBe(true)
})

it('what belongs to a hash goes with it', async () => {
  using sync = connect(service)
  const { credentials } = people(1)
  const extra = {
    forcePasswordChangeOnLogon: true,
    windowsLegacyCredentials: 'bGVn',
    windowsSupplementalCredentials: 'c3Vw'
  }
  await sync.provisionCredentials(credentials.map(each => ({ ...each, ...extra })))
  const [item] = received.values()
  const texts = [
    'ChangeDate',
    'ForcePasswordChangeOnLogon',
    'WindowsLegacyCredentials',
    'WindowsSupplementalCredentials'
  ]
  expect(item && texts.map(name => textAt(item, name))).toEqual([
    '2026-11-22T00:00:00.000Z',
    'true',
    'bGVn',
    'c3Vw'
  ])
})

it('of two hashes of one person, the last one counts, and both are overwritten', async () => {
  using sync = connect(service)
  const { credentials, texts } = people(2)
  const same = credentials.map(each => ({ ...each, sourceAnchor: 'same' }))
  expect(await sync.provisionCredentials(same)).toEqual(new Map([['same', written]]))
  const item = received.get('same')
  expect(item && textAt(item, 'CredentialData')).toBe([...texts.values()][1])
  for (const { credentialData } of same) expect(credentialData.every(byte => byte === 0)).toBe(true)
})

it('each person has an outcome of their own', async () => {
  using sync = connect(service)
  const { credentials, texts } = people(4)
  const anchors = credentials.map(each => each.sourceAnchor)
  const echo = `Rejected ${texts.get(anchors[2] ?? '')} for this user.`
  service.answer = call => {
    const codes = new Map<string, readonly [number, string?]>([
      [anchors[1] ?? '', [2]],
      [anchors[2] ?? '', [7, echo]]
    ])
    return credentialResults(call, anchor => codes.get(anchor) ?? [0])
  }
  const outcomes = await sync.provisionCredentials(credentials.slice(0, 3))
  expect(outcomes).toEqual(
    new Map<string, CredentialOutcome>([
      [anchors[0] ?? '', { result: 'written' }],
      [
        anchors[1] ?? '',
        { result: 'later', reason: expect.any(String), retryAfterMs: 30_000, cause: 'missing' }
      ],
      [
        anchors[2] ?? '',
        { result: 'refused', code: 'result-7', message: expect.stringContaining('Rejected … for this user.') }
      ]
    ])
  )
})

it('a person of whom nothing is told is tried again', async () => {
  using sync = connect(service)
  service.answer = () => result('ProvisionCredentials', [])
  const outcomes = await sync.provisionCredentials(people(1).credentials)
  expect([...outcomes.values()]).toMatchObject([{ result: 'later', retryAfterMs: 5_000 }])
})

it('nothing is sent in staging mode', async () => {
  using sync = connect(service, { mode: 'staging' })
  const { credentials } = people(2)
  const outcomes = await sync.provisionCredentials(credentials)
  expect([...outcomes.values()]).toMatchObject([{ result: 'later' }, { result: 'later' }])
  expect(service.calls).toHaveLength(0)
  for (const { credentialData } of credentials) expect(credentialData.every(byte => byte === 0)).toBe(true)
})

it('staging mode that begins in between holds back the rest', async () => {
  using sync = connect(service, {
    batchSize: 1,
    batchesInFlight: 1,
    mode: () => (service.calls.length < 2 ? 'export' : 'staging')
  })
  const outcomes = await sync.provisionCredentials(people(4).credentials)
  expect([...outcomes.values()].map(each => each.result)).toEqual(['written', 'written', 'later', 'later'])
  expect(service.calls).toHaveLength(2)
})

describe('an answer that is none is waited out', () => {
  it.each<[string, Answer]>([
    ['a page with status 200', () => ({ body: '<html>Welcome to the hotel</html>' })],
    ['a page with status 502', () => ({ status: 502, body: '<html>Bad gateway</html>' })],
    ['nothing with status 500', () => ({ status: 500 })],
    [
      'half a message',
      call => ({ body: Buffer.from((credentialResults(call).body as Buffer).subarray(0, 90)) })
    ],
    ['a message of another operation', () => result('Capabilities', [])],
    ['a page with status 403', () => ({ status: 403, body: '<html>Proxy</html>' })],
    ['a page with status 404', () => ({ status: 404, body: '<html>Proxy</html>' })],
    ['a redirection of HTTP', () => ({ status: 302, headers: { Location: 'https://127.0.0.1:1/login' } })],
    ['a connection that is cut', () => 'drop'],
    [
      'an unknown fault',
      () => fault('Something has failed. Tracking id 11111111-2222-3333-4444-555555555555')
    ],
    ['random bytes', () => ({ body: Buffer.from('56020b0173040b01ff', 'hex') })]
  ])('%s', async (_what, given) => {
    service.answer = given
    using sync = connect(service)
    const { credentials, texts } = people(3)
    const outcomes = await sync.provisionCredentials(credentials)
    expect([...outcomes.values()].map(({ result: each }) => each)).toEqual(['later', 'later', 'later'])
    for (const text of texts.values())
      expect(JSON.stringify([...outcomes])).not.toContain(text.slice(-40, -1))
    for (const { credentialData } of credentials) expect(credentialData.every(byte => byte === 0)).toBe(true)
    service.answer = answer
    const again = await sync.provisionCredentials(people(1).credentials)
    expect([...again.values()]).toEqual([written])
  })
})

it('an answer without end is not read', async () => {
  service.answer = () => ({ body: Buffer.alloc(33 * 2 ** 20) })
  using sync = connect(service)
  const outcomes = await sync.provisionCredentials(people(1).credentials)
  expect([...outcomes.values()]).toMatchObject([
    { result: 'later', reason: expect.stringMatching(/more than/) }
  ])
})

it('when the service asks to slow down, nothing more is sent until then', async () => {
  service.answer = () => ({ status: 429, headers: { 'Retry-After': '1' } })
  using sync = connect(service, { batchSize: 1, batchesInFlight: 1 })
  const outcomes = await sync.provisionCredentials(people(5).credentials)
  for (const outcome of outcomes.values())
    expect(outcome).toMatchObject({ result: 'later', cause: 'throttled' })
  expect(outcomes.size).toBe(5)
  expect(service.calls).toHaveLength(1)
  service.answer = answer
  const [again] = (await sync.provisionCredentials(people(1).credentials)).values()
  expect(again).toMatchObject({ result: 'later', cause: 'throttled' })
  expect(service.calls).toHaveLength(1)
  await waitFor(async () => {
    const [outcome] = (await sync.provisionCredentials(people(1).credentials)).values()
    return outcome?.result === 'written'
  })
})

it('a batch that is too large is sent in parts', async () => {
  service.answer = call => (itemsOf(call).length > 3 ? { status: 413 } : answer(call))
  using sync = connect(service, { batchSize: 10, batchesInFlight: 1 })
  const outcomes = await sync.provisionCredentials(people(10).credentials)
  expect([...outcomes.values()]).toEqual(Array.from({ length: 10 }, () => written))
  expect(sizes()).toEqual([10, 5, 3, 2, 5, 3, 2])
})

it('after a batch without an answer, the next ones are smaller', async () => {
  service.answer = call => (itemsOf(call).length > 4 ? 'hang' : answer(call))
  using sync = connect(service, { batchSize: 8, batchesInFlight: 1, timeoutMs: 300 })
  const outcomes = await sync.provisionCredentials(people(12).credentials)
  expect(sizes()).toEqual([8, 4])
  const results = [...outcomes.values()].map(each => each.result)
  expect(results).toEqual([...Array(8).fill('later'), ...Array(4).fill('written')])
})

it('what only a person can help is thrown, and everything is overwritten', async () => {
  service.answer = () => fault('Access to Azure Active Directory has been denied.')
  using sync = connect(service, { batchSize: 1 })
  const { credentials } = people(9)
  await expect(sync.provisionCredentials(credentials)).rejects.toMatchObject({
    code: 'sync-service-permissions'
  })
  for (const { credentialData } of credentials) expect(credentialData.every(byte => byte === 0)).toBe(true)
})

it('it stops when it is told to', async () => {
  service.answer = () => 'hang'
  using sync = connect(service)
  const stop = new AbortController()
  const { credentials } = people(2)
  const sending = sync.provisionCredentials(credentials, stop.signal)
  await waitFor(() => service.calls.length > 0)
  stop.abort(new Error('stopping'))
  await expect(sending).rejects.toThrow('stopping')
  for (const { credentialData } of credentials) expect(credentialData.every(byte => byte === 0)).toBe(true)
})
