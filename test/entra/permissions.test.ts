import { startEntraEmulator } from '@opendirsync/entra-emulator'
import { expect, it } from 'vitest'
import { featurePermissions } from '../../packages/entra/src/permissions/permissions.ts'
import { arrive, changed, connect, link, newGroup, newUser, write } from './tenant.ts'

it('an application without permissions is told all that it needs, in one message', async () => {
  await using emulator = await startEntraEmulator({ permissions: [] })
  const refused = connect(emulator).check()
  await expect(refused).rejects.toMatchObject({ name: 'SetupError', code: 'graph-permissions' })
  const message = await refused.catch((error: unknown) => String(error))
  for (const { need, anyOf, purpose } of featurePermissions) {
    if (need !== 'optional') expect(message).toContain(`${anyOf[0]} (to ${purpose})`)
  }
})

it('goes on once they are granted, with a token that has them', async () => {
  await using emulator = await startEntraEmulator({
    permissions: ['Organization.Read.All', 'Domain.Read.All']
  })
  const entra = connect(emulator)
  await expect(entra.check()).rejects.toThrow(/User\.ReadWrite\.All and Group\.ReadWrite\.All would do/)
  emulator.application.grant(['User.ReadWrite.All', 'Group.ReadWrite.All'])
  expect(await entra.check()).toMatchObject({
    tenantId: emulator.tenantId,
    missing: [{ feature: 'contacts' }]
  })
  emulator.application.grant(['OrgContact.Read.All'])
})

it('what is switched on is looked at, too', async () => {
  await using emulator = await startEntraEmulator({
    permissions: leastOf(({ feature }) => feature !== 'on-premises-attributes')
  })
  expect(await connect(emulator).check()).toMatchObject({ missing: [] })
  expect(await connect(emulator, { onPremisesAttributes: true }).check()).toMatchObject({ missing: [] })
})

it('in staging mode reading is enough', async () => {
  await using emulator = await startEntraEmulator({ permissions: leastOf(({ need }) => need === 'always') })
  const { missing } = await connect(emulator, { mode: 'staging' }).check()
  expect(missing.map(({ feature }) => feature)).toContain('create-users')
  await expect(connect(emulator).check()).rejects.toMatchObject({ code: 'graph-permissions' })
})

it('the least of all is enough for everything that is done', async () => {
  await using emulator = await startEntraEmulator({ permissions: leastOf(() => true) })
  const entra = connect(emulator)
  expect(await entra.check()).toMatchObject({ missing: [] })
  const anna = newUser('anna', { businessPhones: ['+1 555 0100'] })
  const staff = newGroup('staff')
  const ids = await arrive(entra, [anna, newUser('bert'), staff])
  const outcomes = [
    ...(await entra.writeLinks([link(ids, 'manager', 'add', ['anna', 'bert'])])).values(),
    ...(await entra.writeLinks([link(ids, 'member', 'add', ['staff', 'anna'])])).values()
  ]
  const annaId = ids.get('anna') ?? ''
  const disabled = { accountEnabled: false, department: 'Sales', businessPhones: [] }
  outcomes.push(await write(entra, changed(anna, annaId, disabled)))
  for (const each of [anna, staff]) {
    const there = changed(each, ids.get(each.entryId) ?? '')
    outcomes.push(await write(entra, { ...there, desiredPresent: false }))
    outcomes.push(await write(entra, { ...there, entraState: 'deleted' }))
  }
  expect(outcomes.map(({ result }) => result)).toEqual(outcomes.map(() => 'written'))
  for await (const page of entra.listObjects()) expect(page).toBeInstanceOf(Array)
})

type Row = (typeof featurePermissions)[number]

function leastOf(wanted: (row: Row) => boolean): string[] {
  return [...new Set(featurePermissions.filter(wanted).map(({ anyOf }) => anyOf[0]))]
}
