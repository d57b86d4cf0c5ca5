import type { DirectoryChange } from '@opendirsync/contracts'
import type { GateSettings } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { exportAll, gate, group, namingContext, user } from './fixtures.ts'
import { deleted, holdsForEachTest, idsOf, onlyDeletes, people } from './hold-fixture.ts'

const fixture = holdsForEachTest()

describe('members that a group is to lose', () => {
  const removals: GateSettings = { ...gate, memberRemovals: { count: 1_000, percent: 50 } }

  async function teamOf(staff: readonly DirectoryChange[]) {
    const team = group(
      'Team',
      staff.map(person => person.objectGuid)
    )
    await fixture.through([...staff, team])
    const change = (
      [added, removed]: [readonly DirectoryChange[], readonly DirectoryChange[]],
      changes: Partial<DirectoryChange> = {}
    ): DirectoryChange => ({
      ...team,
      complete: false,
      attributes: {},
      links: [
        {
          attribute: 'member',
          added: added.map(each => each.objectGuid),
          removed: removed.map(each => each.objectGuid)
        }
      ],
      ...changes
    })
    return { team, change }
  }

  it('are held above the share of the group, while its other changes go on', async () => {
    const staff = people(24)
    const { change } = await teamOf(staff)
    expect(await fixture.through([change([[], staff.slice(0, 12)])], removals)).toEqual(
      Array(12).fill('remove member')
    )
    const newcomer = user('New')
    const operations = await fixture.through(
      [newcomer, change([[newcomer], staff.slice(12, 14)], { attributes: { displayName: ['Team X'] } })],
      removals
    )
    expect(operations.toSorted()).toEqual(['add member', 'create', 'update'])
    const held = await fixture.holdsIn('held')
    expect(held).toHaveLength(2)
    expect(held[0]).toMatchObject({
      kind: 'remove-member',
      reason: 'no-longer-member',
      groupName: 'Team X',
      container: `CN=Team,OU=People,${namingContext}`,
      displayName: expect.stringMatching(/^Person 1[23]$/),
      memberEntryId: expect.any(String)
    })
    expect(await fixture.store().summary.read()).toMatchObject({
      heldRemovals: 2,
      heldDeletes: 0,
      pendingLinks: 0
    })
    expect(await fixture.store().pending.exports(10, removals)).toEqual([])

    const { entryIds } = await fixture.decide('approve', idsOf(held.slice(0, 1)))
    expect(await exportAll(fixture.store(), entryIds, removals)).toEqual(['remove member'])
    await fixture.decide('refuse', idsOf(held.slice(1)))
    expect(await fixture.exportPending(removals)).toEqual([])
  })

  it('are asked about anew when the member came back and is removed again', async () => {
    const staff = people(20)
    const { change } = await teamOf(staff)
    await fixture.through([change([[], staff])], removals)
    const first = await fixture.holdsIn('held')
    expect(first).toHaveLength(20)
    await fixture.decide('refuse', idsOf(first))
    expect(await fixture.through([change([staff, []])], removals)).toEqual([])
    expect(await fixture.holdsIn('withdrawn')).toHaveLength(20)
    expect(await fixture.store().holds.withdrawMoot()).toBe(20)
    await fixture.through([change([[], staff])], removals)
    expect(await fixture.holdsIn('held')).toHaveLength(20)
  })

  it('are held above the count over all groups together', async () => {
    const staff = people(6)
    const { change } = await teamOf(staff)
    const second = group(
      'Second',
      staff.map(person => person.objectGuid)
    )
    await fixture.through([second])
    const few = { ...removals, memberRemovals: { count: 4, percent: 100 } }
    expect(await fixture.through([change([[], staff.slice(0, 3)])], few)).toHaveLength(3)
    const more = { ...change([[], staff.slice(0, 2)]), objectGuid: second.objectGuid }
    expect(await fixture.through([more], few)).toEqual([])
    expect(await fixture.holdsIn('held')).toHaveLength(2)
  })

  it('leave with a member who is deleted without being asked about', async () => {
    const staff = people(24)
    await teamOf(staff)
    expect(await fixture.through(staff.slice(0, 20).map(deleted), removals)).toEqual(onlyDeletes(20))
    expect(await fixture.query('select from hold')).toEqual([])
  })
})
