import { expect, it } from 'vitest'
import { useFlow } from './flow.ts'

const flow = useFlow()

async function membersInTenant(dn: string): Promise<string[]> {
  return flow.tenant.members((await flow.inTenant(dn))?.id ?? '')
}

it('creates a group with its members and renames it', async () => {
  const ada = await flow.directory.addUser('Lea Member')
  const dn = await flow.directory.addGroup('Engines', [ada])
  await flow.agree()
  const before = await flow.inTenant(dn)
  expect(before).toMatchObject({ displayName: 'Engines', securityEnabled: true, mailEnabled: false })
  expect(await membersInTenant(dn)).toEqual([(await flow.inTenant(ada))?.id])

  const renamed = await flow.directory.rename(dn, 'Difference engines')
  await flow.directory.set(renamed, 'description', 'They compute')
  await flow.agree()
  expect(await flow.inTenant(renamed)).toMatchObject({
    id: before?.id,
    displayName: 'Difference engines',
    description: 'They compute'
  })
})

it('adds and removes single members', async () => {
  const [one, two] = [await flow.directory.addUser('Mia One'), await flow.directory.addUser('Moe Two')]
  const dn = await flow.directory.addGroup('Pair', [one])
  await flow.agree()
  await flow.directory.addMember(dn, two)
  await flow.agree()
  expect(await membersInTenant(dn)).toHaveLength(2)
  await flow.directory.removeMember(dn, one)
  await flow.agree()
  expect(await membersInTenant(dn)).toEqual([(await flow.inTenant(two))?.id])
})

it('nests groups, and drops a member who was deleted', async () => {
  const ned = await flow.directory.addUser('Ned Nested')
  const inner = await flow.directory.addGroup('Inner', [ned])
  const outer = await flow.directory.addGroup('Outer', [inner])
  await flow.agree()
  expect(await membersInTenant(outer)).toEqual([(await flow.inTenant(inner))?.id])
  await flow.directory.delete(ned)
  await flow.agree()
  expect(await membersInTenant(inner)).toEqual([])
  await flow.directory.delete(inner)
  await flow.agree()
  expect(await membersInTenant(outer)).toEqual([])
})
