import { randomUUID } from 'node:crypto'
import type { AttributeRecord, PendingExport, WriteOutcome } from '@opendirsync/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gate, type StoreFixture, stage, storeFixture, synchronise, user } from './fixtures.ts'

describe('writes that are done in part', () => {
  let fixture: StoreFixture
  let entryIds: readonly string[]
  beforeEach(async () => {
    fixture = await storeFixture()
    const { changed } = await stage(fixture.store, [user('Anna')])
    entryIds = await synchronise(fixture.store, changed)
  })
  afterEach(() => fixture[Symbol.asyncDispose]())

  /** One turn with this answer. @returns what was to be written */
  async function turn(answer: (pending: PendingExport) => WriteOutcome): Promise<PendingExport | undefined> {
    let seen: PendingExport | undefined
    const write = async (objects: readonly PendingExport[]) => {
      seen = objects[0]
      return new Map(objects.map(object => [object.entryId, answer(object)]))
    }
    await fixture.store.exports.objects({ entryIds, gate, retrySeconds: 60, write })
    return seen
  }

  const entraId = randomUUID()
  const created = (applied: AttributeRecord): WriteOutcome => ({
    result: 'written',
    operation: 'create',
    entraId,
    applied
  })
  const withoutName = ({ desired }: PendingExport): AttributeRecord => {
    const { displayName: _name, ...rest } = desired
    return rest
  }
  const written: WriteOutcome = { result: 'written', operation: 'update' }

  it('what remains is pending, with the object in the tenant', async () => {
    await turn(pending => ({ ...created(withoutName(pending)), remains: true }))
    const second = await turn(() => written)
    expect(second).toMatchObject({ entraId, entraState: 'present', exportedRevision: 0 })
    expect(second?.exported).toEqual(second && withoutName(second))
    expect(await turn(() => written)).toBeUndefined()
  })

  it('what is not waited for is not pending, until it is wanted', async () => {
    await turn(pending => created(withoutName(pending)))
    expect(await turn(() => written)).toBeUndefined()
    expect(await fixture.store.pending.reopenWithheld(['givenName'])).toBe(0)

    expect(await fixture.store.pending.reopenWithheld(['givenName', 'displayName'])).toBe(1)
    const again = await turn(() => written)
    expect(again?.exported).not.toHaveProperty('displayName')
    expect(await fixture.store.pending.reopenWithheld(['displayName'])).toBe(0)
    expect(await turn(() => written)).toBeUndefined()
  })
})
