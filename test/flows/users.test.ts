import { expect, it } from 'vitest'
import { accountName } from '../support/directory.ts'
import { useFlow } from './flow.ts'

const flow = useFlow()

it('creates a user with the everyday attributes', async () => {
  const dn = await flow.directory.addUser('Ada Love', {
    givenName: 'Ada',
    sn: 'Love',
    title: 'Analyst',
    department: 'Engines',
    telephoneNumber: '+44 20 7946 0000'
  })
  await flow.agree()
  expect(await flow.inTenant(dn)).toMatchObject({
    givenName: 'Ada',
    surname: 'Love',
    jobTitle: 'Analyst',
    department: 'Engines',
    businessPhones: ['+44 20 7946 0000'],
    accountEnabled: true
  })
})

it('carries a changed value', async () => {
  const dn = await flow.directory.addUser('Bea Change', { title: 'Clerk' })
  await flow.agree()
  await flow.directory.set(dn, 'title', 'Head clerk')
  await flow.agree()
  expect(await flow.inTenant(dn)).toMatchObject({ jobTitle: 'Head clerk' })
})

it('clears a value that was cleared', async () => {
  const dn = await flow.directory.addUser('Cleo Clear', {
    title: 'Clerk',
    telephoneNumber: '1',
    department: 'Any'
  })
  await flow.agree()
  await flow.directory.set(dn, 'title')
  await flow.directory.set(dn, 'telephoneNumber')
  await flow.agree()
  expect(await flow.inTenant(dn)).toMatchObject({ jobTitle: null, businessPhones: [], department: 'Any' })
})

it('keeps the object through a rename', async () => {
  const dn = await flow.directory.addUser('Dora Before', { sn: 'Before' })
  await flow.agree()
  const before = await flow.inTenant(dn)
  const renamed = await flow.directory.rename(dn, 'Dora After')
  await flow.directory.set(renamed, 'sn', 'After')
  await flow.directory.set(renamed, 'displayName', 'Dora After')
  await flow.directory.set(renamed, 'userPrincipalName', `${accountName('dora')}@${flow.directory.dnsName}`)
  await flow.agree()
  expect(await flow.inTenant(renamed)).toMatchObject({
    id: before?.id,
    displayName: 'Dora After',
    surname: 'After'
  })
})

it('keeps the object through a move and through the rename of its unit', async () => {
  const dn = await flow.directory.addUser('Eve Mover')
  await flow.agree()
  const before = await flow.inTenant(dn)
  const unit = await flow.directory.addUnit('Elsewhere')
  const moved = await flow.directory.rename(dn, 'Eve Mover', unit)
  await flow.directory.set(moved, 'title', 'Moved')
  await flow.agree()
  const renamedUnit = await flow.directory.rename(unit, 'Elsewhere now')
  const now = `CN=Eve Mover,${renamedUnit}`
  await flow.directory.set(now, 'title', 'Moved again')
  await flow.agree()
  expect(await flow.inTenant(now)).toMatchObject({ id: before?.id, jobTitle: 'Moved again' })
})

it('disables and enables the account', async () => {
  const dn = await flow.directory.addUser('Fay Leaver')
  await flow.agree()
  await flow.directory.disable(dn)
  await flow.agree()
  expect(await flow.inTenant(dn)).toMatchObject({ accountEnabled: false })
  await flow.directory.enable(dn)
  await flow.agree()
  expect(await flow.inTenant(dn)).toMatchObject({ accountEnabled: true })
})

it('deletes a deleted user, and restores the same one when the directory does', async () => {
  const boss = await flow.directory.addUser('Gus Boss')
  const upn = `${accountName('gia')}@${flow.directory.dnsName}`
  const dn = await flow.directory.addUser('Gia Back', {
    userPrincipalName: upn,
    title: 'Returner',
    manager: boss
  })
  const report = await flow.directory.addUser('Gil Report', { manager: dn })
  const team = await flow.directory.addGroup('Gia Team', [dn, report])
  await flow.agree()
  const before = await flow.inTenant(dn)
  const guid = await flow.guidOf(dn)

  await flow.directory.delete(dn)
  await flow.agree()
  expect((await flow.tenant.users()).some(user => user.id === before?.id)).toBe(false)

  // Samba restores the object without most of its values; the tenant follows what the directory then has.
  await flow.directory.restore(guid, dn)
  await flow.directory.enable(dn)
  await flow.directory.set(dn, 'userPrincipalName', upn)
  await flow.directory.set(dn, 'displayName', 'Gia Back')
  await flow.directory.set(dn, 'title', 'Back again')
  await flow.agree()
  expect(await flow.inTenant(dn)).toMatchObject({ id: before?.id, jobTitle: 'Back again' })

  await flow.directory.addMember(team, dn)
  await flow.directory.set(report, 'manager', dn)
  await flow.agree()
  const group = await flow.inTenant(team)
  expect(await flow.tenant.members(group?.id ?? '')).toContain(before?.id)
  expect(await flow.tenant.manager((await flow.inTenant(report))?.id ?? '')).toBe(before?.id)
})

it('makes a new object for a user who was deleted and created again', async () => {
  const upn = `${accountName('hal')}@${flow.directory.dnsName}`
  const dn = await flow.directory.addUser('Hal Again', { userPrincipalName: upn })
  await flow.agree()
  const before = await flow.inTenant(dn)
  await flow.directory.delete(dn)
  const again = await flow.directory.addUser('Hal Again', { userPrincipalName: upn })
  await flow.agree()
  const after = await flow.inTenant(again)
  expect(after?.userPrincipalName).toBe(upn)
  expect(after?.id).not.toBe(before?.id)
})
