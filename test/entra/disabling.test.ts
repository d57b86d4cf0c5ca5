import type { PendingExport } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import type { EntraEmulator } from '@opendirsync/entra-emulator'
import { expect, it } from 'vitest'
import { changed, idOf, newGroup, newUser, tenantForFile, write } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let serial: number

tenantForFile(opened => {
  ;({ emulator, entra, serial } = opened)
})

/** To be deleted, on a day that has not come. */
function leaving(pending: PendingExport, entraId: string): PendingExport {
  return { ...changed(pending, entraId), desiredPresent: false, disableOnly: true }
}

it('disables a user who is to be deleted later, and nothing else', async () => {
  const anna = newUser(`anna${serial}`, { department: 'Sales' })
  const id = idOf(await write(entra, anna))
  expect(await write(entra, leaving(anna, id))).toEqual({ result: 'written', operation: 'disable' })
  expect(emulator.state.find(id)?.properties).toMatchObject({ accountEnabled: false, department: 'Sales' })
  expect(emulator.state.bin.has(id)).toBe(false)
})

it('leaves a group, and a user who is disabled already, as they are', async () => {
  const team = newGroup(`team${serial}`)
  const anna = newUser(`anna${serial}`, { accountEnabled: false })
  for (const each of [team, anna]) {
    const id = idOf(await write(entra, each))
    expect(await write(entra, leaving(each, id))).toEqual({ result: 'written', operation: 'unchanged' })
  }
})

it('takes a user whom somebody else has deleted for deleted', async () => {
  const anna = newUser(`anna${serial}`)
  const id = idOf(await write(entra, anna))
  await write(entra, { ...changed(anna, id), desiredPresent: false })
  expect(await write(entra, leaving(anna, id))).toEqual({
    result: 'written',
    operation: 'delete',
    entraId: id
  })
  expect(emulator.state.bin.has(id)).toBe(true)
})
