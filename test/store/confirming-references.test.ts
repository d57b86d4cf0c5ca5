import { describe, expect, it } from 'vitest'
import { type ConfirmingFixture, confirmingForEachTest, person } from './confirming-fixture.ts'
import { group } from './fixtures.ts'
import { confirm, type Told } from './told-tenant.ts'

let world: ConfirmingFixture
confirmingForEachTest(fixture => {
  world = fixture
})

describe('an object that vanished', () => {
  it('is restored from the bin, and created anew when it was purged, with its references', async () => {
    const [ada, bob] = [person('Ada'), person('Bob')]
    await world.through(ada, bob, group('Team', [ada.objectGuid, bob.objectGuid]))
    await confirm(world.store, world.tenant)
    const [adaId, bobId, team] = [world.tenant.id('Ada'), world.tenant.id('Bob'), world.tenant.id('Team')]
    world.tenant.remove(adaId, 'deleted')
    world.tenant.remove(bobId, 'gone')
    const news: Told = {
      user: [world.tenant.now(adaId), world.tenant.now(bobId)],
      ...world.piece(team, { removedReferences: [adaId, bobId] })
    }
    expect(await confirm(world.store, world.tenant, news)).toBe(2)
    expect((await world.brief()).toSorted()).toEqual(['Ada vanished put-back', 'Bob vanished put-back'])
    const operations = await world.tenant.export()
    expect(operations.toSorted()).toEqual(['add member', 'add member', 'create', 'restore'])
    expect(world.tenant.id('Ada')).toBe(adaId)
    expect(world.tenant.id('Bob')).not.toBe(bobId)
    expect(world.tenant.membersOf(team)).toEqual(expect.arrayContaining([adaId, world.tenant.id('Bob')]))
    await confirm(world.store, world.tenant)
    expect(await world.open()).toEqual([])
  })

  it('is noticed when a full round does not tell of it', async () => {
    await world.through(person('Ada'), person('Bob'))
    await confirm(world.store, world.tenant)
    world.tenant.remove(world.tenant.id('Ada'), 'deleted')
    await world.store.confirming.resync('user')
    expect(await confirm(world.store, world.tenant, {}, { putsBack: false })).toBe(1)
    expect(await world.brief()).toEqual(['Ada vanished reported'])
  })

  it('is no drift when we deleted it, or were about to', async () => {
    const [ada, bob] = [person('Ada'), person('Bob')]
    await world.through(ada, bob)
    await confirm(world.store, world.tenant)
    const [adaId, bobId] = [world.tenant.id('Ada'), world.tenant.id('Bob')]
    await world.through({ ...ada, state: 'deleted', complete: false })
    await world.desire({ ...bob, state: 'deleted', complete: false })
    world.tenant.remove(bobId, 'deleted')
    expect(
      await confirm(world.store, world.tenant, { user: [world.tenant.now(adaId), world.tenant.now(bobId)] })
    ).toBe(0)
    expect(await world.tenant.export()).toEqual([])
    expect(await world.store.summary.read()).toMatchObject({ pendingExports: 0 })
  })

  it('is told when somebody has brought back what we deleted, and deleted again when a person says so', async () => {
    const ada = person('Ada')
    await world.through(ada)
    await confirm(world.store, world.tenant)
    const id = world.tenant.id('Ada')
    await world.through({ ...ada, state: 'deleted', complete: false })
    world.tenant.change(id, {})
    const object = world.tenant.objects.get(id)
    if (object !== undefined) object.state = 'present'
    await confirm(world.store, world.tenant, world.told(id))
    expect(await world.brief()).toEqual(['Ada returned reported'])
    expect(await world.tenant.export()).toEqual([])
    const [drift] = await world.open()
    await world.store.drift.putBack(drift?.id ?? 0, 'tester')
    expect(await world.tenant.export()).toEqual(['delete'])
  })
})

describe('references', () => {
  async function team() {
    const people = ['Ada', 'Bob', 'Cy', 'Dan', 'Eve'].map(name => person(name))
    const members = people.slice(0, 3).map(({ objectGuid }) => objectGuid)
    const made = group('Team', members)
    await world.through(...people, made)
    await confirm(world.store, world.tenant)
    await world.age()
    return { people, made, id: world.tenant.id('Team') }
  }

  it('come back when they were removed, and leave when they were added', async () => {
    const { id } = await team()
    const [ada, dan] = [world.tenant.id('Ada'), world.tenant.id('Dan')]
    const before = world.tenant.membersOf(id)
    world.tenant.removeMember(id, ada)
    world.tenant.addMember(id, dan)
    expect(
      await confirm(world.store, world.tenant, world.piece(id, { added: [dan], removedReferences: [ada] }))
    ).toBe(2)
    expect((await world.brief()).toSorted()).toEqual([
      'Team reference-added member put-back',
      'Team reference-removed member put-back'
    ])
    expect((await world.tenant.export()).toSorted()).toEqual(['add member', 'remove member'])
    expect(world.tenant.membersOf(id)).toEqual(before)
    await confirm(world.store, world.tenant, world.piece(id, { added: [ada], removedReferences: [dan] }))
    expect(await world.open()).toEqual([])
    expect(await world.tenant.export()).toEqual([])
  })

  it('are compared as a whole at the end of a full round', async () => {
    const { id } = await team()
    const stranger = '00000000-0000-4000-8000-000000000001'
    const before = world.tenant.membersOf(id)
    world.tenant.removeMember(id, world.tenant.id('Bob'))
    world.tenant.addMember(id, world.tenant.id('Eve'))
    world.tenant.addMember(id, stranger)
    await world.store.confirming.resync('group')
    expect(await confirm(world.store, world.tenant)).toBe(3)
    expect((await world.tenant.export()).toSorted()).toEqual(['add member', 'remove member'])
    expect(world.tenant.membersOf(id)).toEqual([...before, stranger].toSorted())
    await confirm(world.store, world.tenant)
    expect(await world.open()).toMatchObject([
      { kind: 'reference-added', targetEntraId: stranger, targetEntryId: null, action: 'reported' }
    ])
    await world.store.confirming.resync('group')
    expect(await confirm(world.store, world.tenant)).toBe(0)
    world.tenant.removeMember(id, stranger)
    await confirm(world.store, world.tenant, world.piece(id, { removedReferences: [stranger] }))
    expect(await world.open()).toEqual([])
  })

  it('of somebody who is not ours cannot be put back', async () => {
    const { id } = await team()
    const stranger = '00000000-0000-4000-8000-000000000002'
    await confirm(world.store, world.tenant, world.piece(id, { added: [stranger] }))
    const [drift] = await world.open()
    expect(await world.store.drift.putBack(drift?.id ?? 0, 'tester')).toEqual({ result: 'not-ours' })
  })

  it('that were written just now are judged later, and not at all when the contrary is told meanwhile', async () => {
    const { id, people, made } = await team()
    const dan = people[3]?.objectGuid ?? ''
    await world.through({
      ...made,
      complete: false,
      attributes: {},
      links: [{ attribute: 'member', added: [dan], removed: [] }]
    })
    const danId = world.tenant.id('Dan')
    await confirm(world.store, world.tenant, world.piece(id, { removedReferences: [danId] }), {
      graceSeconds: 600
    })
    expect((await world.store.drift.summary()).suspects).toBe(1)
    await confirm(world.store, world.tenant, world.piece(id, { added: [danId] }), { graceSeconds: 600 })
    expect((await world.store.drift.summary()).suspects).toBe(0)
    expect(await world.tenant.export()).toEqual([])
  })

  it('of a manager go back to whom the directory names', async () => {
    const [ada, bob] = [person('Ada'), person('Bob')]
    const cy = {
      ...person('Cy'),
      links: [{ attribute: 'manager' as const, added: [ada.objectGuid], removed: [] }]
    }
    await world.through(ada, bob, cy)
    await confirm(world.store, world.tenant)
    await world.age()
    const [adaId, bobId, cyId] = [world.tenant.id('Ada'), world.tenant.id('Bob'), world.tenant.id('Cy')]
    world.tenant.removeMember(cyId, adaId)
    world.tenant.addMember(cyId, bobId)
    const news = { ...world.tenant.now(cyId), added: [bobId] }
    expect(await confirm(world.store, world.tenant, { user: [news] })).toBe(1)
    expect(await world.tenant.export()).toEqual(['add manager'])
    expect(world.tenant.membersOf(cyId)).toEqual([adaId])
    await confirm(world.store, world.tenant, { user: [{ ...world.tenant.now(cyId), added: [adaId] }] })
    expect(await world.open()).toEqual([])
  })
})
