import { randomUUID } from 'node:crypto'
import type { PendingExport } from '@opendirsync/contracts'
import type { GateSettings } from '@opendirsync/store'
import { beforeEach, describe, expect, it } from 'vitest'
import { gate, group, stage, synchronise, user } from './fixtures.ts'
import { deleted, holdsForEachTest, idsOf, people } from './hold-fixture.ts'

const fixture = holdsForEachTest()

describe('deletes that wait for their day', () => {
  const inTenDays: GateSettings = { ...gate, deleteAfterDays: 10 }

  /** As the tenant would, and what it was asked for. */
  async function exporting(settings: GateSettings) {
    const seen: Pick<PendingExport, 'desiredPresent' | 'disableOnly' | 'exported' | 'entraId'>[] = []
    await fixture.store().exports.objects({
      entryIds: await fixture.store().pending.exports(100, settings),
      gate: settings,
      write: async pending => {
        seen.push(...pending)
        return new Map(
          pending.map(each => {
            const operation =
              each.disableOnly === true ? 'disable' : each.desiredPresent ? 'update' : 'delete'
            return [each.entryId, { result: 'written', operation, entraId: each.entraId ?? randomUUID() }]
          })
        )
      }
    })
    return seen
  }
  const dueNow = () =>
    fixture.query(
      "update export_object set desired_at = now() - interval '11 days' where not desired_present"
    )

  beforeEach(() => fixture.store().holds.rememberPolicy(inTenDays))

  it('are disabled at once, listed with their day, and deleted when it has come', async () => {
    const [ada, bob] = [user('Ada'), user('Bob')]
    const team = group('Team', [ada.objectGuid])
    await fixture.through([ada, bob, team])
    const { changed } = await stage(fixture.store(), [deleted(ada), deleted(team)])
    await synchronise(fixture.store(), changed)
    expect(await exporting(inTenDays)).toMatchObject([{ disableOnly: true }, { disableOnly: true }])
    expect(await exporting(inTenDays)).toEqual([])
    expect(await fixture.store().summary.read()).toMatchObject({
      postponedDeletes: 2,
      pendingExports: 0,
      heldDeletes: 0,
      exported: { users: 2, groups: 1 }
    })
    const { items } = await fixture.store().holds.postponed({ limit: 10 })
    const [first] = items.filter(({ objectType }) => objectType === 'user')
    expect(first).toMatchObject({ displayName: 'Ada', dn: ada.dn })
    expect(Date.parse(first?.dueAt ?? '') - Date.parse(first?.since ?? '')).toBe(10 * 86_400_000)

    await dueNow()
    expect(await exporting(inTenDays)).toMatchObject([{ disableOnly: false }, { disableOnly: false }])
    expect(await fixture.store().summary.read()).toMatchObject({
      postponedDeletes: 0,
      exported: { users: 1 }
    })
  })

  it('are enabled again with the same id when they come back in time', async () => {
    const ada = user('Ada')
    await fixture.through([ada])
    await synchronise(fixture.store(), (await stage(fixture.store(), [deleted(ada)])).changed)
    const [disabled] = await exporting(inTenDays)
    await synchronise(
      fixture.store(),
      (await stage(fixture.store(), [{ ...ada, state: 'restored' }])).changed
    )
    expect(await exporting(inTenDays)).toMatchObject([
      { desiredPresent: true, entraId: disabled?.entraId, exported: { accountEnabled: false } }
    ])
    expect((await fixture.store().holds.postponed({ limit: 10 })).items).toEqual([])
  })

  it('pass the gate when they are put off, and again when their day has come', async () => {
    const staff = people(5)
    await fixture.through(staff)
    const few = { ...inTenDays, deletes: { count: 3, percent: 100 } }
    await synchronise(fixture.store(), (await stage(fixture.store(), staff.slice(0, 3).map(deleted))).changed)
    expect(await exporting(few)).toHaveLength(3)
    await synchronise(fixture.store(), (await stage(fixture.store(), staff.slice(3).map(deleted))).changed)
    expect(await exporting(few)).toEqual([])
    const held = await fixture.holdsIn('held')
    expect(held).toHaveLength(2)
    await fixture.decide('approve', idsOf(held))
    expect(await exporting(few)).toMatchObject([{ disableOnly: true }, { disableOnly: true }])
    await dueNow()
    // The two that were approved pass, the three that nobody was asked about count.
    expect(await exporting(few)).toHaveLength(5)
  })

  it('never come where the policy says so, and do when it says otherwise', async () => {
    const ada = user('Ada')
    await fixture.through([ada])
    const never: GateSettings = { ...gate, deleteAfterDays: 'never' }
    await fixture.store().holds.rememberPolicy(never)
    await synchronise(fixture.store(), (await stage(fixture.store(), [deleted(ada)])).changed)
    expect(await exporting(never)).toMatchObject([{ disableOnly: true }])
    await dueNow()
    expect(await exporting(never)).toEqual([])
    expect((await fixture.store().holds.postponed({ limit: 10 })).items).toMatchObject([
      { displayName: 'Ada' }
    ])
    expect((await fixture.store().holds.postponed({ limit: 10 })).items[0]?.dueAt).toBeUndefined()
    expect(await exporting(gate)).toMatchObject([{ disableOnly: false }])
  })
})
