import type { Entra, MatchOptions } from '@opendirsync/entra'
import type { EntraEmulator } from '@opendirsync/entra-emulator'
import { describe, expect, it } from 'vitest'
import { account, addressOf, latecomer, propertiesOf, type Sharing, sharing } from './cloud-accounts.ts'
import { anchorOf, changed, connect, idOf, newUser, tenantForFile, write } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let serial: number

tenantForFile(opened => {
  ;({ emulator, entra, serial } = opened)
})

/** What the next test calls the person, in AD and in the tenant. */
const name = () => `anna${serial}`
const accountWith = (shared: Sharing) => account(emulator, name(), sharing[shared](name()))
const properties = (id: string) => propertiesOf(emulator, id)

const allowed: MatchOptions = { hard: 'allow', softUserPrincipalName: 'allow', softMail: 'allow' }
const onlyHard: MatchOptions = { hard: 'allow', softUserPrincipalName: 'block', softMail: 'block' }
const onlyName: MatchOptions = { hard: 'block', softUserPrincipalName: 'allow', softMail: 'block' }
const onlyMail: MatchOptions = { hard: 'block', softUserPrincipalName: 'block', softMail: 'allow' }
const nothing: MatchOptions = { hard: 'block', softUserPrincipalName: 'block', softMail: 'block' }

describe('an account that somebody else has made', () => {
  const takenOver: [shared: Sharing, MatchOptions, by: string][] = [
    ['anchor', allowed, 'immutableId'],
    ['anchor', onlyHard, 'immutableId'],
    ['name', allowed, 'userPrincipalName'],
    ['name', onlyName, 'userPrincipalName'],
    ['mail', allowed, 'mail'],
    ['mail', onlyMail, 'mail'],
    ['nameAndMail', allowed, 'userPrincipalName'],
    ['nameAndMail', onlyMail, 'mail'],
    ['nameAndAnchor', onlyName, 'immutableId']
  ]
  it.each(takenOver)('that shares the %s is taken over with %o, by %s', async (shared, matching, by) => {
    const id = accountWith(shared)
    const upn = properties(id).userPrincipalName
    const anna = latecomer(name())
    const outcome = await write(connect(emulator, { matching }), anna)
    expect(outcome).toEqual({
      result: 'written',
      operation: 'adopt',
      entraId: id,
      match: { by, entraId: id, userPrincipalName: upn }
    })
    expect(properties(id)).toMatchObject({
      onPremisesImmutableId: anna.sourceAnchor,
      userPrincipalName: anna.desired.userPrincipalName,
      mail: anna.desired.mail,
      displayName: anna.entryId
    })
    expect(properties(id)).not.toHaveProperty('department')
  })

  const refused: [shared: Sharing, MatchOptions, code: string][] = [
    ['anchor', nothing, 'hard-match-blocked'],
    ['anchor', onlyName, 'hard-match-blocked'],
    ['anchorAsSynchronised', allowed, 'synchronised-by-another-tool'],
    ['name', nothing, 'soft-match-blocked'],
    ['name', onlyMail, 'soft-match-blocked'],
    ['mail', onlyName, 'soft-match-blocked'],
    ['nameAndMail', onlyHard, 'soft-match-blocked'],
    ['secondaryAddress', allowed, 'object-conflict'],
    ['nameButOtherAnchor', allowed, 'invalid-soft-match'],
    ['mailAsGuest', allowed, 'invalid-soft-match'],
    ['nameAsSynchronised', allowed, 'synchronised-by-another-tool']
  ]
  it.each(refused)('that shares the %s is left alone with %o: %s', async (shared, matching, code) => {
    const id = accountWith(shared)
    const before = properties(id)
    const anna = latecomer(name())
    const outcome = await write(connect(emulator, { matching }), anna)
    expect(outcome).toMatchObject({ result: 'refused', problem: { code } })
    expect(JSON.stringify(outcome)).toContain(id)
    expect(properties(id)).toEqual(before)
  })

  it('is named in the refusal when it belongs to somebody else', async () => {
    const id = accountWith('nameButOtherAnchor')
    const outcome = await write(entra, latecomer(name()))
    const message = outcome.result === 'refused' ? outcome.problem.message : ''
    expect(message).toContain(id)
    expect(message).toContain(String(properties(id).userPrincipalName))
  })

  it('is found by a search where the refusal does not name it', async () => {
    const [byName, byMail] = [accountWith('name'), accountWith('mail')]
    const message = 'Another object with the same value for property userPrincipalName already exists.'
    const fault = {
      target: 'item',
      method: 'POST',
      status: 400,
      code: 'Request_BadRequest',
      message
    } as const
    emulator.faults.add({ ...fault, times: 2 })
    const anna = latecomer(name(), { mail: `elsewhere-${name()}@contoso.com` })
    expect(await write(entra, anna)).toMatchObject({ match: { entraId: byName } })
    const other = { ...newUser(`other${serial}`, { mail: addressOf(name()) }) }
    expect(await write(entra, other)).toMatchObject({ match: { by: 'mail', entraId: byMail } })
  })

  it('is left alone when the address belongs to a second account', async () => {
    const [byName, byMail] = [accountWith('name'), accountWith('mail')]
    const before = [byName, byMail].map(properties)
    expect(await write(entra, latecomer(name()))).toMatchObject({
      result: 'refused',
      problem: { code: 'object-conflict', attribute: 'proxyAddresses' }
    })
    expect([byName, byMail].map(properties)).toEqual(before)
  })

  it('is not matched by a user who has been in the tenant before', async () => {
    accountWith('name')
    const anna = latecomer(name())
    const strayId = '00000000-0000-4000-8000-000000000000'
    expect(await write(entra, { ...changed(anna, strayId), entraState: 'absent' })).toMatchObject({
      result: 'refused',
      problem: { code: 'object-conflict' }
    })
  })

  it('is taken over by one of two users who both match it', async () => {
    const id = accountWith('nameAndMail')
    const second = {
      ...newUser(`second${serial}`, { mail: addressOf(name()) }),
      entryId: 'second'
    }
    const outcomes = await entra.writeObjects([latecomer(name()), second])
    expect([...outcomes.values()].filter(({ result }) => result === 'written')).toHaveLength(1)
    expect(await write(entra, second)).toMatchObject({ problem: { code: 'invalid-soft-match' } })
    expect(properties(id)).toMatchObject({ onPremisesImmutableId: anchorOf(name()) })
  })

  it('is not deleted when a user leaves who was never written', async () => {
    const id = accountWith('anchor')
    expect(await write(entra, { ...latecomer(name()), desiredPresent: false })).toMatchObject({
      operation: 'unchanged'
    })
    expect(emulator.state.find(id)).toBeDefined()
  })
})

describe('an account of our own', () => {
  it('that was created and not confirmed is adopted with everything blocked', async () => {
    const anna = newUser(name())
    const id = idOf(await write(entra, anna))
    expect(await write(connect(emulator, { matching: nothing }), anna)).toEqual({
      result: 'written',
      operation: 'adopt',
      entraId: id
    })
  })

  it('is none when it is not known since when it was desired', async () => {
    const { since: _since, ...anna } = newUser(name())
    await write(entra, anna)
    expect(await write(connect(emulator, { matching: nothing }), anna)).toMatchObject({
      problem: { code: 'hard-match-blocked' }
    })
  })

  it.each([
    ['name', onlyName],
    ['mail', onlyMail],
    ['anchor', onlyHard]
  ] as const)('that was taken over by its %s and not confirmed is found again', async (shared, matching) => {
    const id = accountWith(shared)
    const blocked = connect(emulator, { matching })
    const anna = latecomer(name())
    emulator.faults.add({
      target: 'item',
      method: 'PATCH',
      status: 504,
      retryAfterSeconds: 30,
      carriedOut: true,
      times: 1
    })
    expect(await write(blocked, anna)).toMatchObject({ result: 'later' })
    expect(await write(blocked, anna)).toMatchObject({ operation: 'adopt', entraId: id })
    expect(properties(id)).toMatchObject({ onPremisesImmutableId: anna.sourceAnchor })
  })
})

describe('an account in the bin that has the anchor', () => {
  function inBin(): string {
    const id = accountWith('nameAndAnchor')
    const entry = emulator.state.find(id)
    if (entry !== undefined) emulator.state.remove(entry)
    return id
  }

  it('comes back', async () => {
    const id = inBin()
    expect(await write(entra, latecomer(name()))).toMatchObject({
      operation: 'restore',
      entraId: id,
      match: { by: 'immutableId', userPrincipalName: sharing.name(name()).userPrincipalName }
    })
  })

  it('stays there when that is blocked', async () => {
    const id = inBin()
    expect(await write(connect(emulator, { matching: nothing }), latecomer(name()))).toMatchObject({
      problem: { code: 'hard-match-blocked' }
    })
    expect(emulator.state.bin.has(id)).toBe(true)
  })

  it('stays there when it holds a role', async () => {
    const id = accountWith('nameAndAnchor')
    emulator.administration.giveRole(id, 'User Administrator')
    const entry = emulator.state.find(id)
    if (entry !== undefined) emulator.state.remove(entry)
    expect(await write(entra, latecomer(name()))).toMatchObject({ result: 'refused' })
    expect(emulator.state.bin.has(id)).toBe(true)
  })
})
