import type { PendingLink } from '@opendirsync/contracts'
import { type Entra, linkKey } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { arrive, connect, link, newGroup, newUser } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let ids: Map<string, string>
const people = Array.from({ length: 45 }, (_each, position) => `person${position}`)
const groups = ['sales', 'staff', 'press', 'plant', 'lab', 'shop']

beforeAll(async () => {
  emulator = await startEntraEmulator()
  entra = connect(emulator)
  ids = await arrive(entra, [...people.map(name => newUser(name)), ...groups.map(name => newGroup(name))])
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
})
beforeEach(() => emulator.faults.clear())

function member(operation: PendingLink['operation'], group: string, name: string): PendingLink {
  return link(ids, 'member', operation, [group, name])
}

function manager(operation: PendingLink['operation'], name: string, of: string): PendingLink {
  return link(ids, 'manager', operation, [of, name])
}

function membersOf(group: string): string[] {
  return namesOf(emulator.state.members.targetsOf(ids.get(group) ?? ''))
}

function managerOf(name: string): string[] {
  return namesOf(emulator.state.managers.targetsOf(ids.get(name) ?? ''))
}

function namesOf(targets: ReadonlySet<string>): string[] {
  return [...people, ...groups].filter(name => targets.has(ids.get(name) ?? ''))
}

async function results(links: readonly PendingLink[]): Promise<string[]> {
  const outcomes = await entra.writeLinks(links)
  return links.map(each => outcomes.get(linkKey(each))?.result ?? 'none')
}

describe('members', () => {
  it('are added twenty at a time', async () => {
    const before = entra.requests.writes
    const outcomes = await entra.writeLinks(people.map(name => member('add', 'sales', name)))
    expect(new Set([...outcomes.values()].map(outcome => JSON.stringify(outcome)))).toEqual(
      new Set([JSON.stringify({ result: 'written', operation: 'add-link' })])
    )
    expect(outcomes.size).toBe(45)
    expect(entra.requests.writes - before).toBe(3)
    expect(membersOf('sales')).toEqual(people)
  })

  it('that are there already do not stand in the way of the others', async () => {
    await results([member('add', 'staff', 'person3')])
    expect(await results(people.slice(0, 6).map(name => member('add', 'staff', name)))).toEqual(
      Array.from({ length: 6 }, () => 'written')
    )
    expect(membersOf('staff')).toEqual(people.slice(0, 6))
  })

  it('that the tenant does not know are for later, and the others are added', async () => {
    const stray = {
      ...member('add', 'press', 'person1'),
      targetEntraId: '00000000-0000-4000-8000-000000000000'
    }
    expect(
      await results([member('add', 'press', 'person0'), stray, member('add', 'press', 'person2')])
    ).toEqual(['written', 'later', 'written'])
    expect(membersOf('press')).toEqual(['person0', 'person2'])
  })

  it('of a group that the tenant does not know are for later, without asking for each', async () => {
    const unknown = people.map(name => ({
      ...member('add', 'lab', name),
      sourceEntraId: '00000000-0000-4000-8000-000000000001'
    }))
    const before = entra.requests.writes
    expect(new Set(await results(unknown))).toEqual(new Set(['later']))
    expect(entra.requests.writes - before).toBe(19)
  })

  it('are removed, once and twice', async () => {
    await results(people.slice(0, 3).map(name => member('add', 'plant', name)))
    expect(await results([member('remove', 'plant', 'person1')])).toEqual(['written'])
    expect(membersOf('plant')).toEqual(['person0', 'person2'])
    expect(await results([member('remove', 'plant', 'person1')])).toEqual(['written'])
  })

  it('may be groups, and go in and out in one call', async () => {
    await results([member('add', 'shop', 'person0')])
    const nested = { ...member('add', 'shop', 'staff'), targetType: 'group' as const }
    expect(await results([nested, member('remove', 'shop', 'person0')])).toEqual(['written', 'written'])
    expect(membersOf('shop')).toEqual(['staff'])
  })
})

describe('managers', () => {
  it('are set, replaced by one write, and cleared', async () => {
    expect(await results([manager('add', 'person1', 'person0')])).toEqual(['written'])
    expect(managerOf('person0')).toEqual(['person1'])

    const before = entra.requests.writes
    const replacement = [manager('remove', 'person1', 'person0'), manager('add', 'person2', 'person0')]
    expect(await results(replacement)).toEqual(['written', 'written'])
    expect(entra.requests.writes - before).toBe(1)
    expect(managerOf('person0')).toEqual(['person2'])

    expect(await results([manager('remove', 'person2', 'person0')])).toEqual(['written'])
    expect(managerOf('person0')).toEqual([])
    expect(await results([manager('remove', 'person2', 'person0')])).toEqual(['written'])
  })

  it('are not taken away by the removal of an earlier one', async () => {
    await results([manager('add', 'person4', 'person3')])
    expect(await results([manager('remove', 'person5', 'person3')])).toEqual(['written'])
    expect(managerOf('person3')).toEqual(['person4'])
  })

  it('that the tenant does not know are for later', async () => {
    const stray = {
      ...manager('add', 'person1', 'person6'),
      targetEntraId: '00000000-0000-4000-8000-000000000000'
    }
    expect(await results([stray])).toEqual(['later'])
  })
})
