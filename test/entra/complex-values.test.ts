import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { changed, connect, idOf, newUser, write } from './tenant.ts'

let emulator: EntraEmulator
beforeAll(async () => {
  emulator = await startEntraEmulator()
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
})

const extension = 'extension_0123456789abcdef0123456789abcdef_costCode'

it('extension attributes are written, changed and cleared part by part', async () => {
  const entra = connect(emulator)
  const anna = newUser('anna', {
    onPremisesExtensionAttributes: {
      extensionAttribute1: 'a',
      extensionAttribute2: 'b',
      extensionAttribute3: null
    }
  })
  const id = idOf(await write(entra, anna))
  const next = changed(anna, id, {
    onPremisesExtensionAttributes: { extensionAttribute1: 'a', extensionAttribute3: 'c' }
  })
  expect(await write(entra, next)).toMatchObject({ operation: 'update' })
  expect(emulator.state.find(id)?.properties.onPremisesExtensionAttributes).toEqual({
    extensionAttribute1: 'a',
    extensionAttribute2: null,
    extensionAttribute3: 'c'
  })
  const same = changed(next, id, {
    onPremisesExtensionAttributes: {
      extensionAttribute3: 'c',
      extensionAttribute1: 'a',
      extensionAttribute9: null
    }
  })
  expect(await write(entra, same)).toMatchObject({ operation: 'unchanged' })
  await write(entra, changed(next, id, { onPremisesExtensionAttributes: null }))
  const cleared = Object(emulator.state.find(id)?.properties.onPremisesExtensionAttributes)
  expect(Object.values(cleared).every(value => value === null)).toBe(true)
})

it('of employeeOrgData both parts are sent, since Graph clears the one that is not', async () => {
  const entra = connect(emulator)
  const bert = newUser('bert', { employeeOrgData: { division: 'North', costCenter: '7' } })
  const id = idOf(await write(entra, bert))
  await write(entra, changed(bert, id, { employeeOrgData: { division: 'South', costCenter: '7' } }))
  expect(emulator.state.find(id)?.properties.employeeOrgData).toEqual({ division: 'South', costCenter: '7' })
})

it('directory extensions are written once they are registered, and refused before', async () => {
  const entra = connect(emulator)
  const carl = newUser('carl', { [extension]: '4711' })
  expect(await write(entra, carl)).toMatchObject({
    result: 'refused',
    problem: { code: 'directory-extension-missing', attribute: extension }
  })
  emulator.administration.registerExtension({ name: extension, targetObjects: ['User'] })
  const id = idOf(await write(entra, carl))
  expect(emulator.state.find(id)?.properties[extension]).toBe('4711')
  await write(entra, changed(carl, id, { [extension]: null }))
  expect(emulator.state.find(id)?.properties).not.toHaveProperty([extension])
})

it('the last day of work can be written', async () => {
  const entra = connect(emulator)
  const dora = newUser('dora', { employeeLeaveDateTime: '2030-01-31T00:00:00Z' })
  const id = idOf(await write(entra, dora))
  expect(emulator.state.find(id)?.properties.employeeLeaveDateTime).toBe('2030-01-31T00:00:00Z')
})
