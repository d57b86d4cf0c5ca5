import type { AttributeRecord, PendingExport, WriteOutcome } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changed, connect, newUser, write } from './tenant.ts'

let emulator: EntraEmulator
let on: Entra
beforeAll(async () => {
  emulator = await startEntraEmulator({ applicationRoles: ['Hybrid Identity Administrator'] })
  on = connect(emulator, { onPremisesAttributes: true })
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
})
beforeEach(() => {
  emulator.application.roles.add('Hybrid Identity Administrator')
  emulator.requests.reset()
})

const valuesOf = (name: string): AttributeRecord => ({
  onPremisesDistinguishedName: `CN=${name},OU=Staff,DC=corp,DC=example`,
  onPremisesDomainName: 'corp.example',
  onPremisesSamAccountName: name,
  onPremisesSecurityIdentifier: sidOf(name),
  onPremisesUserPrincipalName: `${name}@corp.example`
})

function sidOf(name: string): string {
  return `S-1-5-21-1-2-3-${Number.parseInt(name, 36)}`
}

/** What the next turn finds when the tenant has been confirmed to have this much. */
function nextTurn(pending: PendingExport, outcome: WriteOutcome): PendingExport {
  const { exported: _none, ...rest } = pending
  const applied = outcome.result === 'later' ? undefined : outcome.applied
  const exported =
    outcome.result === 'refused' ? { ...pending.exported, ...applied } : (applied ?? pending.desired)
  const entraId = outcome.result === 'written' && outcome.entraId ? outcome.entraId : pending.entraId
  return { ...rest, exported, entraId, entraState: 'present' }
}

async function arrived(name: string, entra: Entra = on): Promise<PendingExport> {
  const pending = newUser(name, valuesOf(name))
  const created = await write(entra, pending)
  const second = nextTurn(pending, created)
  return nextTurn(second, await write(entra, second))
}

function has(pending: PendingExport): AttributeRecord {
  const { properties } = emulator.state.find(pending.entraId ?? '') ?? { properties: {} }
  return properties as AttributeRecord
}

describe('on', () => {
  it('a new user is made by version 1.0, and the next turn gives it the attributes by the beta version', async () => {
    const pending = newUser('anna', valuesOf('anna'))
    const created = await write(on, pending)
    expect(created).toMatchObject({ result: 'written', operation: 'create', remains: true })
    expect(created).not.toHaveProperty('applied.onPremisesSamAccountName')

    const second = nextTurn(pending, created)
    expect(await write(on, second)).toEqual({ result: 'written', operation: 'update' })
    expect(has(second)).toMatchObject(valuesOf('anna'))

    // Version 1.0 refuses a body with one of them.
    expect(emulator.requests.log.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /users',
      `PATCH /users/${second.entraId}`
    ])
  })

  it('changes of both kinds are written in one turn, and of one kind without the other', async () => {
    const there = await arrived('bert')
    emulator.requests.reset()
    const onPremisesDomainName = 'other.example'
    const both = changed(there, there.entraId ?? '', { department: 'Sales', onPremisesDomainName })
    expect(await write(on, both)).toEqual({ result: 'written', operation: 'update' })
    expect(has(there)).toMatchObject({ department: 'Sales', onPremisesDomainName })

    emulator.requests.reset()
    expect(await write(on, changed(both, both.entraId ?? '', { department: 'Law' }))).toMatchObject({
      result: 'written'
    })
    expect(emulator.requests.log).toHaveLength(1)
  })

  it('what has not changed is not written', async () => {
    const there = await arrived('carl')
    emulator.requests.reset()
    expect(await write(on, there)).toEqual({ result: 'written', operation: 'unchanged' })
    expect(emulator.requests.log).toEqual([])
  })

  it('a value that somebody else has keeps back no other', async () => {
    await arrived('dora')
    const there = await arrived('emil')
    const taken = changed(there, there.entraId ?? '', {
      department: 'Sales',
      onPremisesSecurityIdentifier: sidOf('dora'),
      onPremisesDomainName: 'other.example'
    })
    const outcome = await write(on, taken)
    expect(outcome).toMatchObject({
      result: 'refused',
      problem: { code: 'object-conflict', attribute: 'onPremisesSecurityIdentifier' },
      applied: { department: 'Sales', onPremisesDomainName: 'other.example' }
    })
    expect(outcome).not.toHaveProperty('applied.onPremisesSecurityIdentifier')
    expect(has(there)).toMatchObject({ department: 'Sales', onPremisesDomainName: 'other.example' })
  })

  it('a refusal of the rest keeps back none of them, and is what is told', async () => {
    await arrived('frida')
    const there = await arrived('gerd')
    const outcome = await write(
      on,
      changed(there, there.entraId ?? '', {
        userPrincipalName: 'frida@contoso.com',
        onPremisesDomainName: 'other.example'
      })
    )
    expect(outcome).toMatchObject({
      result: 'refused',
      problem: { attribute: 'userPrincipalName' },
      applied: { onPremisesDomainName: 'other.example' }
    })
    expect(has(there)).toMatchObject({ onPremisesDomainName: 'other.example' })
  })

  it('without the role the rest is written, and the state says what is missing', async () => {
    emulator.application.roles.clear()
    const pending = newUser('hans', valuesOf('hans'))
    const second = nextTurn(pending, await write(on, pending))
    const refused = await write(on, { ...second, desired: { ...second.desired, department: 'Sales' } })
    expect(refused).toMatchObject({
      result: 'refused',
      problem: {
        code: 'on-premises-attributes-refused',
        message: expect.stringContaining('Hybrid Identity')
      },
      applied: { department: 'Sales' }
    })
    expect(has(second)).toMatchObject({ department: 'Sales' })
  })
})

describe('off', () => {
  it('the attributes are left out, and nothing is waited for', async () => {
    const off = connect(emulator)
    const pending = newUser('ida', valuesOf('ida'))
    const created = await write(off, pending)
    expect(created).toMatchObject({ result: 'written', operation: 'create' })
    expect(created).not.toHaveProperty('remains')
    expect(created).not.toHaveProperty('applied.onPremisesSamAccountName')

    const second = nextTurn(pending, created)
    expect(await write(off, second)).toMatchObject({ result: 'written', operation: 'unchanged' })
    expect(has(second)).not.toHaveProperty('onPremisesSamAccountName')
  })
})
