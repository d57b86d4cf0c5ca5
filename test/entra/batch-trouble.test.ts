import type { Entra } from '@opendirsync/entra'
import type { EntraEmulator } from '@opendirsync/entra-emulator'
import { expect, it } from 'vitest'
import { arrive, changed, link, newGroup, newUser, tenantForFile } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let serial: number
tenantForFile(opened => {
  ;({ emulator, entra, serial } = opened)
})

const wholeBatch = (status: number) => emulator.faults.add({ pathContains: '$batch', status })

it.each([403, 404])('a batch that is answered with %i as a whole confirms nothing', async status => {
  const [ada, team] = [newUser(`ada${serial}`), newGroup(`team${serial}`)]
  const ids = await arrive(entra, [ada, team])
  const ends = [team.entryId, ada.entryId] as const
  await entra.writeLinks([link(ids, 'member', 'add', ends)])
  const gone = { ...changed(ada, ids.get(ada.entryId) ?? ''), desiredPresent: false }
  wholeBatch(status)
  const [objects, links] = await Promise.all([
    entra.writeObjects([gone, newUser(`new${serial}`)]),
    entra.writeLinks([link(ids, 'member', 'remove', ends)])
  ])
  const results = [...objects.values(), ...links.values()].map(({ result }) => result)
  expect(results).toEqual(['later', 'later', 'later'])
})
