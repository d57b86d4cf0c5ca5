import { randomUUID } from 'node:crypto'
import type { Problem, WriteOutcome } from '@opendirsync/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connector,
  gate,
  group,
  type StoreFixture,
  stage,
  storeFixture,
  synchronise,
  user
} from './fixtures.ts'

const conflict: Problem = { code: 'object-conflict', attribute: 'mail', message: 'Taken.' }
const missing: Problem = { code: 'permission-missing', message: 'Not allowed.' }
const frozen: Problem = { code: 'source-anchor-changed', message: 'Changed.' }
const invalid: Problem = { code: 'invalid-value', attribute: 'mail', message: 'Wrong.' }

describe('refused writes', () => {
  let fixture: StoreFixture
  beforeEach(async () => {
    fixture = await storeFixture()
  })
  afterEach(() => fixture[Symbol.asyncDispose]())

  /** Stages people and makes them wait for their export. */
  async function pending(...people: ReturnType<typeof user>[]) {
    const { changed } = await stage(fixture.store, people)
    return synchronise(fixture.store, changed)
  }

  /** One try, with an answer for everything that is pending. @returns how many were tried */
  async function attempt(
    entryIds: readonly string[],
    outcome: WriteOutcome | (() => WriteOutcome),
    retrySeconds = 60
  ): Promise<number> {
    let tried = 0
    await fixture.store.exports.objects({
      entryIds,
      gate,
      retrySeconds,
      write: async objects => {
        tried = objects.length
        return new Map(
          objects.map(({ entryId }) => [entryId, typeof outcome === 'function' ? outcome() : outcome])
        )
      }
    })
    return tried
  }

  const refused = (problem: Problem): WriteOutcome => ({ result: 'refused', problem })
  const written = (): WriteOutcome => ({ result: 'written', operation: 'create', entraId: randomUUID() })

  /** Makes what waits due. */
  const letTimePass = () =>
    fixture.query("update export_state set retry_at = retry_at - interval '40 days'", [])

  /** What the only object waits for its next try, in seconds; null: none by time. */
  async function waits(): Promise<number | null> {
    const [row] = await fixture.query<{ seconds: number | null }>(
      'select round(extract(epoch from retry_at - clock_timestamp()))::int as seconds from export_state',
      []
    )
    return row?.seconds ?? null
  }

  describe('are tried again by time', () => {
    const policies: [string, Problem, number | null][] = [
      ['soon', missing, 60],
      ['when the value is free, or soon', conflict, 60],
      ['hourly', { code: 'quota-exceeded', message: 'Full.' }, 3_600],
      ['daily', invalid, 86_400],
      ['never', frozen, null],
      ['soon, if the state is not known', { code: 'made-up', message: '?' }, 60]
    ]
    it.each(policies)('%s', async (_when, problem, seconds) => {
      const entryIds = await pending(user('Ada'))
      await attempt(entryIds, refused(problem))
      const found = await waits()
      if (seconds === null) expect(found).toBeNull()
      else expect(Math.abs((found ?? 0) - seconds)).toBeLessThan(5)
      expect(await fixture.store.pending.reopenRefused(10)).toEqual([])
      await letTimePass()
      expect(await fixture.store.pending.reopenRefused(10)).toEqual(seconds === null ? [] : entryIds)
      expect(await attempt(entryIds, written)).toBe(seconds === null ? 0 : 1)
    })

    it('after twice as long while the problem stays the same, up to a day', async () => {
      const entryIds = await pending(user('Ada'))
      const seen: number[] = []
      for (let tries = 0; tries < 13; tries += 1) {
        await attempt(entryIds, refused(missing))
        seen.push((await waits()) ?? 0)
        await letTimePass()
        await fixture.store.pending.reopenRefused(10)
      }
      expect(seen.slice(0, 4).map(seconds => Math.round(seconds / 10) * 10)).toEqual([60, 120, 240, 480])
      expect(Math.max(...seen)).toBeLessThanOrEqual(86_400)
      expect(seen.at(-1)).toBeGreaterThan(86_000)
      await attempt(entryIds, refused(conflict))
      expect(Math.round(((await waits()) ?? 0) / 10)).toBe(6)
    })

    it('so many at once', async () => {
      const entryIds = await pending(user('Ada'), user('Bob'), user('Cy'))
      await attempt(entryIds, refused(missing), 0)
      expect(await fixture.store.pending.reopenRefused(2)).toHaveLength(2)
      expect(await fixture.store.pending.reopenRefused(2)).toHaveLength(1)
      expect(await fixture.store.pending.reopenRefused(2)).toEqual([])
    })
  })

  it('of references are tried again, too', async () => {
    const ada = user('Ada')
    const entryIds = await pending(ada, group('Team', [ada.objectGuid]))
    await attempt(entryIds, written)
    const links = (outcome: WriteOutcome) =>
      fixture.store.exports.links({
        sourceEntryIds: entryIds,
        limit: 10,
        gate,
        retrySeconds: 0,
        keyOf: ({ sourceEntryId }) => sourceEntryId,
        write: async some => new Map(some.map(({ sourceEntryId }) => [sourceEntryId, outcome]))
      })
    expect(await links(refused({ ...missing, attribute: 'member' }))).toMatchObject({ refused: 1 })
    expect(await links(written())).toMatchObject({ written: 0 })
    expect(await fixture.store.pending.reopenRefused(10)).toHaveLength(1)
    expect(await links(written())).toMatchObject({ written: 1 })
    expect((await fixture.store.quarantine.list({ limit: 10 })).items).toEqual([])
  })

  it('are tried at once when the object changes, and its time is forgotten when it is written', async () => {
    const ada = user('Ada')
    await attempt(await pending(ada), refused(frozen))
    const entryIds = await pending({ ...ada, attributes: { displayName: ['Ada L.'] } })
    expect(await attempt(entryIds, written)).toBe(1)
    expect(await waits()).toBeNull()
  })

  describe('are shown', () => {
    it('with the times of each problem', async () => {
      await attempt(await pending(user('Ada')), refused(missing))
      await attempt(await pending(user('Bob')), refused(frozen))
      const { items } = await fixture.store.quarantine.list({ limit: 10 })
      const problems = Object.fromEntries(items.map(({ dn, problems: [first] }) => [dn.slice(3, 6), first]))
      expect(problems.Ada).toMatchObject({ ...missing, since: expect.stringMatching(/^\d{4}-.*Z$/) })
      expect(Date.parse(problems.Ada?.retriesAt ?? '')).toBeGreaterThan(Date.now())
      expect(problems.Bob).not.toHaveProperty('retriesAt')
    })

    it('by code and by connector', async () => {
      await attempt(await pending(user('Ada')), refused(missing))
      await attempt(await pending(user('Bob')), refused(conflict))
      const list = async (filter: object) =>
        (await fixture.store.quarantine.list({ limit: 10, ...filter })).items.map(({ dn }) => dn.slice(3, 6))
      expect(await list({ code: 'object-conflict' })).toEqual(['Bob'])
      expect(await list({ code: 'invalid-value' })).toEqual([])
      expect((await list({ connector })).toSorted()).toEqual(['Ada', 'Bob'])
      expect(await list({ connector: 'other.test' })).toEqual([])
    })

    it('in counts', async () => {
      await attempt(await pending(user('Ada'), user('Bob')), refused(missing))
      await attempt(await pending(user('Cy')), refused(conflict))
      expect(await fixture.store.quarantine.summary()).toEqual([
        { code: 'permission-missing', objects: 2 },
        { code: 'object-conflict', objects: 1 }
      ])
    })

    it('with the object of ours that stands in the way', async () => {
      const ada = user('Ada')
      const entraId = randomUUID()
      await attempt(await pending(ada), { result: 'written', operation: 'create', entraId })
      const conflictsWith = [
        { type: 'User', entraId },
        { type: 'Contact', entraId: 'not-an-id' }
      ]
      await attempt(await pending(user('Bob')), refused({ ...conflict, conflictsWith }))
      const { items } = await fixture.store.quarantine.list({ limit: 10 })
      expect(items[0]?.problems[0]?.conflictsWith).toEqual([
        { type: 'User', entraId, connector, objectGuid: ada.objectGuid, dn: ada.dn },
        { type: 'Contact', entraId: 'not-an-id' }
      ])
    })

    it('also when the object is gone from the directory and may not be deleted', async () => {
      const ada = user('Ada')
      await attempt(await pending(ada), written)
      const entryIds = await pending({ ...ada, state: 'deleted', complete: false })
      await attempt(entryIds, refused(missing))
      const { items } = await fixture.store.quarantine.list({ limit: 10 })
      expect(items).toMatchObject([{ objectGuid: ada.objectGuid, problems: [missing] }])
      expect(await fixture.store.quarantine.retry({ objectGuid: ada.objectGuid })).toEqual(entryIds)
      await attempt(entryIds, { result: 'written', operation: 'delete' })
      expect((await fixture.store.quarantine.list({ limit: 10 })).items).toEqual([])
    })
  })

  describe('are tried again when somebody says so', () => {
    it('one object', async () => {
      const [ada, bob] = [user('Ada'), user('Bob')]
      const entryIds = await pending(ada, bob)
      await attempt(entryIds, refused(frozen))
      const opened = await fixture.store.quarantine.retry({ objectGuid: ada.objectGuid })
      expect(opened).toHaveLength(1)
      expect(await attempt(entryIds, written)).toBe(1)
      expect((await fixture.store.quarantine.list({ limit: 10 })).items).toMatchObject([
        { objectGuid: bob.objectGuid }
      ])
      expect(await fixture.store.quarantine.retry({ objectGuid: ada.objectGuid })).toEqual([])
      expect(await fixture.store.quarantine.has(ada.objectGuid)).toBe(false)
      expect(await fixture.store.quarantine.has(bob.objectGuid)).toBe(true)
    })

    it('all of one code, and the waits begin anew', async () => {
      const entryIds = await pending(user('Ada'))
      for (let tries = 0; tries < 3; tries += 1) {
        await attempt(entryIds, refused(missing))
        expect(await fixture.store.quarantine.retry({ code: 'object-conflict' })).toEqual([])
        await letTimePass()
        await fixture.store.pending.reopenRefused(10)
      }
      await attempt(entryIds, refused(missing))
      expect(await waits()).toBeGreaterThan(400)
      expect(await fixture.store.quarantine.retry({ code: 'permission-missing' })).toEqual(entryIds)
      await attempt(entryIds, refused(missing))
      expect(await waits()).toBeLessThan(70)
    })
  })
})
