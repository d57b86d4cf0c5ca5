import type { DirectoryChange } from '@opendirsync/contracts'
import { HoldsChangedError } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { connector, decide, exportAll, gateOf, group, namingContext, rulesOf, stage } from './fixtures.ts'
import { deleted, holdsForEachTest, idsOf, onlyDeletes, operator, people } from './hold-fixture.ts'

const fixture = holdsForEachTest()

describe('a wave of deletes', () => {
  it('is held as a whole, with names and reasons, and has no row below the threshold', async () => {
    const staff = people(8)
    await fixture.through(staff)
    expect(await fixture.through(staff.slice(0, 2).map(deleted), gateOf(5))).toEqual(onlyDeletes(2))
    expect(await fixture.query('select from hold')).toEqual([])

    expect(await fixture.through(staff.slice(2, 6).map(deleted), gateOf(5))).toEqual([])
    const held = await fixture.holdsIn('held')
    expect(held).toHaveLength(4)
    expect(held[0]).toMatchObject({
      kind: 'delete-user',
      reason: 'deleted',
      connector,
      container: `OU=People,${namingContext}`,
      displayName: expect.stringMatching(/^Person [2-5]$/),
      dn: expect.stringMatching(/^CN=Person [2-5],OU=People/),
      message: `It was deleted in ${connector}, in OU=People,${namingContext}.`
    })
    expect(await fixture.store().holds.waves()).toMatchObject([
      { held: 4, refused: 0, kind: 'delete-user', wave: held[0]?.wave, examples: expect.any(Array) }
    ])
    expect(await fixture.store().summary.read()).toMatchObject({ heldDeletes: 4, pendingExports: 4 })
    // What comes while they are held is held too, and nothing else waits for them.
    const last = staff[7] as DirectoryChange
    const changed = { ...last, attributes: { displayName: ['Changed'] } }
    expect(await fixture.through([deleted(staff[6] as DirectoryChange), changed], gateOf(100))).toEqual([
      'update'
    ])
    expect(await fixture.holdsIn('held')).toHaveLength(5)
    expect(await fixture.store().pending.exports(10, gateOf(100))).toEqual([])
  })

  it('is written where it was approved, stays where it was refused, and counts for nothing afterwards', async () => {
    const staff = people(10)
    await fixture.through(staff)
    await fixture.through(staff.slice(0, 6).map(deleted), gateOf(3))
    const held = await fixture.holdsIn('held')
    const half = idsOf(held.slice(0, 3))
    const approved = await fixture.decide('approve', half)
    expect(approved).toMatchObject({ decided: 3 })
    expect(await exportAll(fixture.store(), approved.entryIds, gateOf(3))).toEqual(onlyDeletes(3))
    expect(await fixture.decide('refuse', idsOf(held.slice(3)))).toEqual({ decided: 3, entryIds: [] })
    expect(await fixture.exportPending(gateOf(3))).toEqual([])
    expect(await fixture.store().summary.read()).toMatchObject({
      heldDeletes: 0,
      pendingExports: 0,
      exported: { users: 7 }
    })

    // Neither the three that were approved nor the three that were refused are in its way.
    expect(await fixture.through(staff.slice(6, 9).map(deleted), gateOf(3))).toEqual(onlyDeletes(3))
    const [first] = await fixture.holdsIn('refused')
    const later = await fixture.decide('approve', [first?.id ?? 0])
    expect(await exportAll(fixture.store(), later.entryIds, gateOf(3))).toEqual(['delete'])
    expect((await fixture.holdsIn('approved')).map(({ decidedBy, comment }) => [decidedBy, comment])).toEqual(
      Array(4).fill([operator, 'seen'])
    )
    const entry = held[0]?.entryId
    const steps = await fixture.query<{ step: string }>(
      'select step from journal where entry_id = $1 order by id',
      [entry]
    )
    expect(steps.map(({ step }) => step)).toEqual([
      'synchronised',
      'exported',
      'staged',
      'synchronised',
      'held',
      'hold-decided',
      'exported'
    ])
  })

  it('is withdrawn for who comes back, held or refused, and held anew for who goes again', async () => {
    const staff = people(6)
    await fixture.through(staff)
    await fixture.through(staff.slice(0, 4).map(deleted), gateOf(2))
    const held = await fixture.holdsIn('held')
    await fixture.decide('refuse', idsOf(held.slice(0, 2)))
    expect(
      await fixture.through(
        staff.slice(0, 4).map(person => ({ ...person, state: 'restored' })),
        gateOf(2)
      )
    ).toEqual(Array(4).fill('update'))
    expect(await fixture.store().summary.read()).toMatchObject({ heldDeletes: 0, pendingExports: 0 })
    expect(idsOf(await fixture.holdsIn('withdrawn'))).toEqual(idsOf(held))
    expect(await fixture.store().holds.withdrawMoot()).toBe(4)
    await expect(fixture.decide('approve', idsOf(held))).rejects.toBeInstanceOf(HoldsChangedError)

    await fixture.through(staff.slice(0, 3).map(deleted), gateOf(2))
    const again = await fixture.holdsIn('held')
    expect(again).toHaveLength(3)
    expect(idsOf(again).some(id => idsOf(held).includes(id))).toBe(false)
  })

  it('decides all that were seen, or none', async () => {
    const staff = people(5)
    await fixture.through(staff)
    await fixture.through(staff.map(deleted), gateOf(2))
    const [wave] = await fixture.store().holds.waves()
    const choices = [
      { all: true, expected: 4 } as const,
      { wave: wave?.wave ?? '', expected: 6 },
      { ids: [1, 999] }
    ]
    for (const choice of choices) {
      await expect(
        fixture.store().holds.decide({ choice, decision: 'approve', by: operator })
      ).rejects.toBeInstanceOf(HoldsChangedError)
    }
    expect(await fixture.holdsIn('held')).toHaveLength(5)
    const { entryIds } = await fixture.store().holds.decide({
      choice: { wave: wave?.wave ?? '', expected: 5 },
      decision: 'approve',
      by: operator
    })
    expect(await exportAll(fixture.store(), entryIds, gateOf(2))).toEqual(onlyDeletes(5))
  })

  it('is judged for users and groups apart, and by the share of those in the tenant', async () => {
    const staff = people(60)
    const teams = Array.from({ length: 3 }, (_unused, index) => group(`Team ${index}`, []))
    await fixture.through([...staff, ...teams])
    const share = { ...gateOf(500), deletes: { count: 500, percent: 40 } }
    expect(await fixture.through([...staff.slice(0, 24).map(deleted), ...teams.map(deleted)], share)).toEqual(
      onlyDeletes(27)
    )
    // 25 of the 60 that there were an hour ago.
    expect(await fixture.through([deleted(staff[24] as DirectoryChange)], share)).toEqual([])
    expect(await fixture.store().exports.deleteGate('user', share)).toMatchObject({
      outcome: 'closed',
      exceeded: 'share'
    })
    expect(await fixture.store().exports.deleteGate('group', share)).toEqual({ outcome: 'open' })
  })

  it('is told with the reason that the rows know', async () => {
    const rules = rulesOf(staged =>
      staged.attributes.title?.[0] === 'Guest'
        ? { outcome: 'out-of-scope', reason: { code: 'guest', message: 'a guest' } }
        : decide(staged)
    )
    const [gone, vanishing, guest, kept] = people(4)
    await fixture.through([gone, vanishing, guest, kept].flatMap(each => each ?? []))
    if (gone === undefined || guest === undefined || kept === undefined) throw new Error('no people')
    const first = await stage(fixture.store(), [
      deleted(gone),
      { ...guest, attributes: { title: ['Guest'] } }
    ])
    const second = await stage(fixture.store(), [{ ...guest, attributes: { title: ['Guest'] } }, kept], {
      mode: 'full',
      acceptVanished: true
    })
    const objectGuids = [...new Set([...first.changed, ...second.changed])]
    const { exportable } = await fixture.store().metaverse.synchronise({ connector, objectGuids, rules })
    expect(await exportAll(fixture.store(), exportable, gateOf(0))).toEqual([])
    const reasons = (await fixture.holdsIn('held')).map(({ displayName, reason, reasonDetail }) => [
      displayName,
      reason,
      reasonDetail
    ])
    expect(new Set(reasons)).toEqual(
      new Set([
        ['Person 0', 'deleted', undefined],
        ['Person 1', 'vanished', undefined],
        ['Person 2', 'excluded', 'guest']
      ])
    )
  })

  it('is told of once when it begins, when it grows, and again after an hour', async () => {
    const staff = people(12)
    await fixture.through(staff)
    await fixture.through(staff.slice(0, 4).map(deleted), gateOf(2))
    expect(await fixture.store().holds.wavesToTell()).toMatchObject([{ held: 4 }])
    expect(await fixture.store().holds.wavesToTell()).toEqual([])
    await fixture.through(staff.slice(4, 6).map(deleted), gateOf(2))
    expect(await fixture.store().holds.wavesToTell()).toMatchObject([{ held: 6 }])
    await fixture.query("update told_wave set told_at = now() - interval '61 minutes'")
    expect(await fixture.store().holds.wavesToTell()).toHaveLength(1)
    await fixture
      .store()
      .holds.decide({ choice: { all: true, expected: 6 }, decision: 'refuse', by: operator })
    expect(await fixture.store().holds.wavesToTell()).toEqual([])
  })
})
