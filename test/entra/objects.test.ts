import type { Entra } from '@opendirsync/entra'
import type { EntraEmulator } from '@opendirsync/entra-emulator'
import { describe, expect, it } from 'vitest'
import { anchorOf, changed, idOf, newGroup, newUser, tenantForFile, write } from './tenant.ts'

let emulator: EntraEmulator
let entra: Entra
let serial: number

tenantForFile(opened => {
  ;({ emulator, entra, serial } = opened)
})

/** A name that no other test has. */
function named(prefix: string): string {
  return `${prefix}${serial}`
}

function inTenant(entraId: string): Readonly<Record<string, unknown>> | undefined {
  return emulator.state.find(entraId)?.properties
}

describe('creating', () => {
  it('a user arrives with what has a value', async () => {
    const anna = newUser(named('anna'), { department: 'Sales', businessPhones: ['1'] })
    const outcome = await write(entra, anna)
    expect(outcome).toMatchObject({ result: 'written', operation: 'create' })
    expect(inTenant(idOf(outcome))).toMatchObject({
      department: 'Sales',
      businessPhones: ['1'],
      accountEnabled: true
    })
    expect(inTenant(idOf(outcome))).not.toHaveProperty('city')
  })

  it('a group arrives under its unique name', async () => {
    const sales = newGroup(named('sales'), { description: 'All of sales' })
    const outcome = await write(entra, sales)
    expect(outcome).toMatchObject({ result: 'written', operation: 'create' })
    expect(inTenant(idOf(outcome))).toMatchObject({
      uniqueName: sales.desired.uniqueName,
      description: 'All of sales'
    })
  })

  it.each([
    ['user', newUser],
    ['group', newGroup]
  ] as const)(
    'a %s whose creation was not confirmed is adopted, and brought up to date',
    async (type, make) => {
      const name = named(type)
      const created = await write(entra, make(name, { displayName: 'Before' }))
      const again = await write(entra, make(name, { displayName: 'After' }))
      expect(again).toEqual({ result: 'written', operation: 'adopt', entraId: idOf(created) })
      expect(inTenant(idOf(created))).toMatchObject({ displayName: 'After' })
    }
  )

  it('a user whose creation was carried out but answered with 504 is adopted at once', async () => {
    emulator.faults.add({
      target: 'item',
      method: 'POST',
      pathContains: '/users',
      status: 504,
      carriedOut: true,
      times: 1
    })
    expect(await write(entra, newUser(named('anna')))).toMatchObject({
      result: 'written',
      operation: 'adopt'
    })
  })

  it('a user whose creation was not carried out and answered with 504 is for later', async () => {
    emulator.faults.add({ target: 'item', method: 'POST', pathContains: '/users', status: 504, times: 1 })
    expect(await write(entra, newUser(named('anna')))).toMatchObject({ result: 'later', retryAfterMs: 5_000 })
  })

  it('after a lost connection it is looked for what was done', async () => {
    const users = [newUser(named('anna')), newUser(named('bert'))]
    emulator.faults.add({ target: 'request', pathContains: '$batch', drop: true, carriedOut: true, times: 1 })
    const found = await entra.writeObjects(users)
    expect([...found.values()]).toMatchObject([{ operation: 'adopt' }, { operation: 'adopt' }])
  })

  it('a user who is in the bin under the same anchor comes back', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    await write(entra, { ...changed(anna, id), desiredPresent: false })
    expect(await write(entra, anna)).toEqual({ result: 'written', operation: 'restore', entraId: id })
    expect(inTenant(id)).toMatchObject({ userPrincipalName: anna.desired.userPrincipalName })
  })
})

describe('changing', () => {
  it('writes the difference, once, and clears', async () => {
    const anna = newUser(named('anna'), { department: 'Sales', businessPhones: ['1'] })
    const id = idOf(await write(entra, anna))
    const next = changed(anna, id, { department: null, businessPhones: [], givenName: 'Anna' })
    const before = entra.requests.writes
    expect(await write(entra, next)).toMatchObject({ result: 'written', operation: 'update' })
    expect(entra.requests.writes - before).toBe(1)
    expect(inTenant(id)).toMatchObject({ givenName: 'Anna' })
    expect(inTenant(id)?.department ?? null).toBeNull()
    expect(inTenant(id)?.businessPhones ?? []).toEqual([])
  })

  it('sends nothing when nothing differs', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    const before = entra.requests.requests
    expect(await write(entra, changed(anna, id))).toEqual({ result: 'written', operation: 'unchanged' })
    expect(entra.requests.requests).toBe(before)
  })

  it('renames a group', async () => {
    const sales = newGroup(named('sales'))
    const id = idOf(await write(entra, sales))
    expect(await write(entra, changed(sales, id, { displayName: 'Renamed' }))).toMatchObject({
      operation: 'update'
    })
    expect(inTenant(id)).toMatchObject({ displayName: 'Renamed' })
  })

  it('refuses to give an exported object another anchor', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    const outcome = await write(entra, changed(anna, id, { onPremisesImmutableId: anchorOf('other') }))
    expect(outcome).toMatchObject({ result: 'refused', problem: { code: 'source-anchor-changed' } })
  })

  it('restores a user whom somebody else has deleted', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    await write(entra, { ...changed(anna, id), desiredPresent: false })
    const outcome = await write(entra, changed(anna, id, { department: 'Sales' }))
    expect(outcome).toEqual({ result: 'written', operation: 'restore', entraId: id })
    expect(inTenant(id)).toMatchObject({ department: 'Sales' })
  })

  it('creates a user anew whom somebody has purged', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    await write(entra, { ...changed(anna, id), desiredPresent: false })
    purge(id)
    const outcome = await write(entra, changed(anna, id, { department: 'Sales' }))
    expect(outcome).toMatchObject({ result: 'written', operation: 'create' })
    expect(idOf(outcome)).not.toBe(id)
  })

  it('adopts the user who has the anchor when the known id is gone', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    const strayId = '00000000-0000-4000-8000-000000000000'
    const outcome = await write(entra, changed(anna, strayId, { department: 'Sales' }))
    expect(outcome).toEqual({ result: 'written', operation: 'adopt', entraId: id })
  })
})

describe('deleting and restoring', () => {
  it.each([
    ['user', newUser],
    ['group', newGroup]
  ] as const)('a %s goes to the bin, and a second delete is done already', async (type, make) => {
    const object = make(named(type))
    const id = idOf(await write(entra, object))
    const gone = { ...changed(object, id), desiredPresent: false }
    expect(await write(entra, gone)).toMatchObject({ result: 'written', operation: 'delete' })
    expect(emulator.state.bin.has(id)).toBe(true)
    expect(await write(entra, gone)).toMatchObject({ result: 'written', operation: 'delete' })
  })

  it.each([
    ['user', newUser],
    ['group', newGroup]
  ] as const)('a %s comes back under its id, with what is desired now', async (type, make) => {
    const object = make(named(type))
    const id = idOf(await write(entra, object))
    await write(entra, { ...changed(object, id), desiredPresent: false })
    const back = { ...changed(object, id, { displayName: 'Back' }), entraState: 'deleted' as const }
    expect(await write(entra, back)).toEqual({ result: 'written', operation: 'restore', entraId: id })
    expect(inTenant(id)).toMatchObject({ displayName: 'Back' })
    // The same again, as after a crash before the confirmation.
    expect(await write(entra, back)).toEqual({ result: 'written', operation: 'restore', entraId: id })
  })

  it('an object that is not in the bin any more is created anew', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    await write(entra, { ...changed(anna, id), desiredPresent: false })
    purge(id)
    const outcome = await write(entra, { ...changed(anna, id), entraState: 'deleted' })
    expect(outcome).toMatchObject({ result: 'written', operation: 'create' })
  })

  it('an object whose creation was not confirmed is found and deleted', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    expect(await write(entra, { ...anna, desiredPresent: false })).toMatchObject({
      operation: 'delete',
      entraId: id
    })
    expect(emulator.state.bin.has(id)).toBe(true)
  })

  it('an object that never was created needs nothing', async () => {
    expect(await write(entra, { ...newUser(named('anna')), desiredPresent: false })).toMatchObject({
      operation: 'unchanged'
    })
  })
})

describe('conflicts and refusals', () => {
  it('a name that another object has is refused, and named', async () => {
    const anna = newUser(named('anna'))
    await write(entra, anna)
    const other = newUser(named('bert'), { userPrincipalName: `${named('anna')}@contoso.com` })
    expect(await write(entra, other)).toMatchObject({
      result: 'refused',
      problem: { code: 'invalid-soft-match', attribute: 'userPrincipalName' }
    })
  })

  it('a name moves from one user to another in one call, in whatever order they stand', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    const renamed = changed(anna, id, { userPrincipalName: `${named('berg')}@contoso.com` })
    const successor = newUser(named('new'), { userPrincipalName: anna.desired.userPrincipalName ?? '' })
    const outcomes = await entra.writeObjects([successor, renamed])
    expect([...outcomes.values()].map(({ result }) => result)).toEqual(['written', 'written'])
  })

  it('a name moves from a deleted user to a new one in one call', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    const successor = newUser(named('new'), { userPrincipalName: anna.desired.userPrincipalName ?? '' })
    const outcomes = await entra.writeObjects([successor, { ...changed(anna, id), desiredPresent: false }])
    expect([...outcomes.values()].map(({ result }) => result)).toEqual(['written', 'written'])
  })

  it('a leaver is disabled also when another value of the same change is refused', async () => {
    const anna = newUser(named('anna'))
    await write(entra, anna)
    const bert = newUser(named('bert'))
    const id = idOf(await write(entra, bert))
    const upn = `${named('anna')}@contoso.com`
    expect(
      await write(entra, changed(bert, id, { userPrincipalName: upn, accountEnabled: false }))
    ).toMatchObject({
      result: 'refused',
      problem: { code: 'object-conflict' },
      applied: { accountEnabled: false }
    })
    expect(emulator.state.live.user.get(id)?.properties).toMatchObject({ accountEnabled: false })
  })

  it('values that are refused keep back no other value of the same change', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    const outcome = await write(
      entra,
      changed(anna, id, {
        userPrincipalName: 'anna@nowhere.example',
        usageLocation: 'nowhere',
        jobTitle: 'Analyst',
        department: 'Analysis'
      })
    )
    expect(outcome).toEqual({
      result: 'refused',
      // The emulator looks at values before it looks at domains.
      problem: expect.objectContaining({ code: 'invalid-value', attribute: 'usageLocation' }),
      applied: { jobTitle: 'Analyst', department: 'Analysis' }
    })
    expect(emulator.state.live.user.get(id)?.properties).toMatchObject({ jobTitle: 'Analyst' })
  })

  it('a suffix that is not verified is refused', async () => {
    const outcome = await write(entra, newUser(named('anna'), { userPrincipalName: 'anna@nowhere.example' }))
    expect(outcome).toMatchObject({ result: 'refused', problem: { code: 'upn-domain-not-verified' } })
  })

  it('an administrator whom the application may not change is refused', async () => {
    const anna = newUser(named('anna'))
    const id = idOf(await write(entra, anna))
    emulator.faults.add({
      target: 'item',
      method: 'PATCH',
      status: 403,
      code: 'Authorization_RequestDenied',
      times: 1
    })
    expect(await write(entra, changed(anna, id, { accountEnabled: false }))).toMatchObject({
      result: 'refused',
      problem: { code: 'permission-missing' }
    })
  })
})

function purge(id: string): void {
  const entry = emulator.state.bin.get(id)
  if (entry !== undefined) emulator.state.purge(entry)
}
