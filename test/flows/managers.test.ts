import { expect, it } from 'vitest'
import { useFlow } from './flow.ts'

const flow = useFlow()

async function managerInTenant(dn: string): Promise<string | undefined> {
  return flow.tenant.manager((await flow.inTenant(dn))?.id ?? '')
}

it('sets, changes and clears a manager', async () => {
  const first = await flow.directory.addUser('First Boss')
  const second = await flow.directory.addUser('Second Boss')
  const dn = await flow.directory.addUser('Ivy Report', { manager: first })
  await flow.agree()
  expect(await managerInTenant(dn)).toBe((await flow.inTenant(first))?.id)

  await flow.directory.set(dn, 'manager', second)
  await flow.agree()
  expect(await managerInTenant(dn)).toBe((await flow.inTenant(second))?.id)

  await flow.directory.set(dn, 'manager')
  await flow.agree()
  expect(await managerInTenant(dn)).toBeUndefined()
})

it('waits for a manager and a group member who come into scope later', async () => {
  const optedOut = { adminDescription: 'User_not yet' }
  const late = await flow.directory.addUser('Late Boss', optedOut)
  const report = await flow.directory.addUser('Jon Early', { manager: late })
  const group = await flow.directory.addGroup('Early Group', [late, report])
  await flow.agree()
  expect(await managerInTenant(report)).toBeUndefined()
  expect(await flow.tenant.members((await flow.inTenant(group))?.id ?? '')).toHaveLength(1)

  await flow.directory.set(late, 'adminDescription')
  await flow.agree()
  expect(await managerInTenant(report)).toBe((await flow.inTenant(late))?.id)
  expect(await flow.tenant.members((await flow.inTenant(group))?.id ?? '')).toHaveLength(2)
})

it('drops the references to a manager who was deleted', async () => {
  const boss = await flow.directory.addUser('Gone Boss')
  const dn = await flow.directory.addUser('Kim Stays', { manager: boss })
  await flow.agree()
  await flow.directory.delete(boss)
  await flow.agree()
  expect(await managerInTenant(dn)).toBeUndefined()
})
