import { populate, startSambaDomain, startSystem, tenantReader, waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { manyPeople } from '../support/many-people.ts'

const size = 5_000

it('fills a group of 5,000 members, and takes one out with one change', { timeout: 240_000 }, async () => {
  await using domain = await startSambaDomain({
    populate: files => populate(files, manyPeople(size))
  })
  await using system = await startSystem({ domain })
  using tenant = tenantReader(system.emulator.graph)

  const groupIds = async () =>
    (await tenant.groups()).filter(group => group.displayName === 'Everybody of many')
  const membersNow = async () => {
    const [group] = await groupIds()
    return group === undefined ? [] : tenant.members(group.id)
  }
  await waitFor(async () => (await membersNow()).length === size, {
    timeoutMs: 90_000,
    everyMs: 200,
    describe: 'the group to have all of its members'
  })
  await agreement(domain, system.emulator.graph, 30_000)
  const { byOperation } = await system.emulator.requests()
  expect(byOperation['PATCH /groups/{id}']).toBeLessThan(size / 10)

  await system.emulator.resetRequests()
  await using directory = await Directory.open(domain)
  await directory.removeMember(
    `CN=Everybody of many,OU=Many,${domain.baseDn}`,
    `CN=Person 1,OU=Many,${domain.baseDn}`
  )
  await agreement(domain, system.emulator.graph, 30_000)
  expect(await membersNow()).toHaveLength(size - 1)
  expect((await system.emulator.requests()).writes).toBe(1)
})
