import type { DirectoryChange, WriteOutcome } from '@opendirsync/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connector, decide, gate, rulesOf, type StoreFixture, stage, storeFixture, user } from './fixtures.ts'

let fixture: StoreFixture
beforeAll(async () => {
  fixture = await storeFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const rules = rulesOf(staged => {
  const decision = decide(staged)
  if (decision.outcome !== 'projected') return decision
  const userPrincipalName = staged.attributes.userPrincipalName?.[0] ?? null
  return { ...decision, export: { ...decision.export, userPrincipalName } }
})

async function pendingOf(change: DirectoryChange): Promise<readonly string[]> {
  const { changed } = await stage(fixture.store, [change])
  return (await fixture.store.metaverse.synchronise({ connector, objectGuids: changed, rules })).exportable
}

function named(name: string, userPrincipalName: string): DirectoryChange {
  return user(name, { attributes: { displayName: [name], userPrincipalName: [userPrincipalName] } })
}

const exportWith = (entryIds: readonly string[], outcome: () => Promise<WriteOutcome>) =>
  fixture.store.exports.objects({
    entryIds,
    gate,
    write: async pending => {
      const told = await outcome()
      return new Map(pending.map(({ entryId }) => [entryId, told]))
    }
  })

const created = (entraId: string): WriteOutcome => ({ result: 'written', operation: 'create', entraId })

const takenBy = (entraId: string): WriteOutcome => ({
  result: 'refused',
  problem: {
    code: 'object-conflict',
    attribute: 'userPrincipalName',
    message: 'Taken.',
    conflictsWith: [{ type: 'User', entraId }]
  }
})

it('a refusal for a value that another object is just giving up is put off, and counts once that one is at rest', async () => {
  const oldId = '0d6f0f5c-0000-4000-8000-000000000001'
  const old = named('Old', 'hal@corp.example.test')
  const [oldEntry = ''] = await pendingOf(old)
  await exportWith([oldEntry], async () => created(oldId))
  const newEntries = await pendingOf(named('New', 'hal2@corp.example.test'))

  const writing = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  await pendingOf({ ...old, complete: false, attributes: { displayName: ['Older'] } })
  const renaming = exportWith([oldEntry], async () => {
    writing.resolve()
    await mayEnd.promise
    return { result: 'written', operation: 'update' }
  })
  await writing.promise
  expect(await exportWith(newEntries, async () => takenBy(oldId))).toMatchObject({
    refused: 0,
    later: newEntries
  })
  mayEnd.resolve()
  await renaming

  await pendingOf({ ...old, complete: false, attributes: { displayName: ['Oldest'] } })
  const afterwards = async (): Promise<WriteOutcome> => {
    await exportWith([oldEntry], async () => ({ result: 'written', operation: 'update' }))
    return takenBy(oldId)
  }
  expect(await exportWith(newEntries, afterwards)).toMatchObject({ refused: 0, later: newEntries })
  expect(await exportWith(newEntries, async () => takenBy(oldId))).toMatchObject({ refused: 1, later: [] })
})

it('a refusal for a value that another object of ours keeps, or that is not ours, counts at once', async () => {
  const keeperId = '0d6f0f5c-0000-4000-8000-000000000002'
  const [keeper = ''] = await pendingOf(named('Keeper', 'sam@corp.example.test'))
  await exportWith([keeper], async () => created(keeperId))
  const first = await pendingOf(named('First', 'sam2@corp.example.test'))
  const stranger = '0d6f0f5c-0000-4000-8000-000000000003'
  expect(await exportWith(first, async () => takenBy(stranger))).toMatchObject({ refused: 1 })
  await fixture.query(
    `update export_state set exported = '{"userPrincipalName": "sam3@corp.example.test"}' where entry_id = $1`,
    [keeper]
  )
  const second = await pendingOf(named('Second', 'SAM3@corp.example.test'))
  expect(await exportWith(second, async () => takenBy(keeperId))).toMatchObject({ refused: 1 })
})
