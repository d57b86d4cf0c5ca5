import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  applyFix,
  type DirectoryConnection,
  type Fix,
  type FixResult,
  ldifHeader,
  RefusedError,
  resultCode
} from '@opendirsync/active-directory'
import { UnavailableError } from '@opendirsync/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DomainFixture, startDomainFixture } from './domain-fixture.ts'
import { type Attributes, addPerson, mail } from './fix-people.ts'
import { ldapModify } from './ldap-modify.ts'
import { valuesOf } from './values-of.ts'

describe('fixes applied to a domain', () => {
  let fixture: DomainFixture
  let connection: DirectoryConnection

  beforeAll(async () => {
    fixture = await startDomainFixture()
    ;({ connection } = fixture)
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
  })

  const person = (attributes?: Attributes) => addPerson(fixture, attributes)

  function undoLdifOf(result: FixResult): string {
    if (result.result !== 'applied' || result.undo === undefined)
      throw new Error(`nothing to undo: ${result.result}`)
    return ldifHeader + result.undo.ldif
  }

  async function ldapmodify(ldif: string): Promise<void> {
    const file = join(fixture.domain.files.folder, 'undo.ldif')
    await writeFile(file, ldif)
    await ldapModify(fixture.server, file)
  }

  const addresses = ['SMTP:a@x.test', 'smtp:b@x.test', 'x500:/o=x']
  const cases: [string, Attributes, Omit<Fix, 'objectGuid'>, string[]][] = [
    [
      'replaces the one value',
      { mail: 'a b@x.test' },
      { attribute: 'mail', action: 'replace', from: 'a b@x.test', to: 'ab@x.test' },
      ['ab@x.test']
    ],
    [
      'changes nothing but the case of letters',
      { displayName: 'jane DOE' },
      { attribute: 'displayName', action: 'replace', from: 'jane DOE', to: 'Jane Doe' },
      ['Jane Doe']
    ],
    [
      'changes the case of one value of many',
      { proxyAddresses: addresses },
      { attribute: 'proxyAddresses', action: 'replace', from: 'SMTP:a@x.test', to: 'smtp:a@x.test' },
      ['smtp:a@x.test', 'smtp:b@x.test', 'x500:/o=x']
    ],
    [
      'replaces one value of many',
      { proxyAddresses: addresses },
      { attribute: 'proxyAddresses', action: 'replace', from: 'smtp:b@x.test', to: 'smtp:c@x.test' },
      ['SMTP:a@x.test', 'smtp:c@x.test', 'x500:/o=x']
    ],
    [
      'removes one value of many',
      { proxyAddresses: addresses },
      { attribute: 'proxyAddresses', action: 'remove-value', from: 'x500:/o=x', to: null },
      ['SMTP:a@x.test', 'smtp:b@x.test']
    ],
    [
      'adds one value to many',
      { proxyAddresses: addresses },
      { attribute: 'proxyAddresses', action: 'add-value', from: null, to: 'smtp:d@x.test' },
      ['SMTP:a@x.test', 'smtp:b@x.test', 'smtp:d@x.test', 'x500:/o=x']
    ],
    [
      'gives a first value',
      {},
      { attribute: 'givenName', action: 'add-value', from: null, to: 'Jané' },
      ['Jané']
    ],
    [
      'clears an attribute, whatever its value is made of',
      { givenName: ' Jané <x>: ' },
      { attribute: 'givenName', action: 'clear', from: ' Jané <x>: ', to: null },
      []
    ],
    [
      'renames an account',
      { sAMAccountName: 'jane.doe' },
      { attribute: 'sAMAccountName', action: 'replace', from: 'jane.doe', to: 'Jane.Doe' },
      ['Jane.Doe']
    ],
    [
      'changes a userPrincipalName',
      { userPrincipalName: 'jane doe@corp.example.test' },
      {
        attribute: 'userPrincipalName',
        action: 'replace',
        from: 'jane doe@corp.example.test',
        to: 'janedoe@corp.example.test'
      },
      ['janedoe@corp.example.test']
    ]
  ]

  it.each(cases)(
    '%s, and takes it back: by another fix and by ldapmodify',
    async (_name, attributes, fix, expected) => {
      const { dn, objectGuid } = await person(attributes)
      const before = await valuesOf(connection, objectGuid, fix.attribute)
      const result = await applyFix(connection, { ...fix, objectGuid })
      expect(result).toMatchObject({ result: 'applied', dn, undo: { dn } })
      expect(await valuesOf(connection, objectGuid, fix.attribute)).toEqual(expected)

      await ldapmodify(undoLdifOf(result))
      expect(await valuesOf(connection, objectGuid, fix.attribute)).toEqual(before)

      await applyFix(connection, { ...fix, objectGuid })
      const { from, to, attribute } = fix
      await applyFix(connection, { objectGuid, attribute, action: 'replace', from: to, to: from })
      expect(await valuesOf(connection, objectGuid, fix.attribute)).toEqual(before)
    }
  )

  it('counts as applied what is so already, and has nothing to undo', async () => {
    const { dn, objectGuid } = await person({ mail: 'new@x.test' })
    const fix = mail({ dn, objectGuid })
    expect(await applyFix(connection, fix)).toEqual({ result: 'applied', dn })
  })

  it('writes to the object wherever it was moved, and undoes it there', async () => {
    const { dn, objectGuid } = await person({ mail: 'old@x.test' })
    await connection.rename(dn, 'CN=moved\\, elsewhere')
    const fix = mail({ dn, objectGuid })
    const result = await applyFix(connection, fix)
    expect(undoLdifOf(result)).toContain(`# objectGUID: ${objectGuid}\ndn: CN=moved\\, elsewhere,`)
    await ldapmodify(undoLdifOf(result))
    expect(await valuesOf(connection, objectGuid, 'mail')).toEqual(['old@x.test'])
  })

  it('leaves alone what was changed before it came', async () => {
    const { dn, objectGuid } = await person({ mail: 'other@x.test' })
    const fix = mail({ dn, objectGuid })
    expect(await applyFix(connection, fix)).toMatchObject({
      result: 'changed-meanwhile',
      present: ['other@x.test'],
      message: expect.stringContaining('"other@x.test" now')
    })
    expect(await valuesOf(connection, objectGuid, 'mail')).toEqual(['other@x.test'])
  })

  it('leaves alone what is changed between the look and the write', async () => {
    const { dn, objectGuid } = await person({ mail: 'old@x.test', proxyAddresses: addresses })
    const keepUndo = async () => {
      await connection.modify(dn, [
        { operation: 'replace', attribute: 'mail', values: ['other@x.test'] },
        { operation: 'replace', attribute: 'proxyAddresses', values: ['SMTP:z@x.test'] }
      ])
    }
    const fix = mail({ dn, objectGuid })
    expect(await applyFix(connection, fix, { keepUndo })).toMatchObject({
      result: 'changed-meanwhile',
      present: ['other@x.test']
    })
    await connection.modify(dn, [{ operation: 'replace', attribute: 'proxyAddresses', values: addresses }])
    const address = {
      objectGuid,
      attribute: 'proxyAddresses',
      action: 'remove-value',
      from: 'smtp:b@x.test',
      to: null
    } as const
    expect(await applyFix(connection, address, { keepUndo })).toMatchObject({ result: 'applied' })
    expect(await valuesOf(connection, objectGuid, 'proxyAddresses')).toEqual(['SMTP:z@x.test'])
    const first = { objectGuid, attribute: 'givenName', action: 'add-value', from: null, to: 'Jane' } as const
    const rival = async () => {
      await connection.modify(dn, [{ operation: 'add', attribute: 'givenName', values: ['Other'] }])
    }
    expect(await applyFix(connection, first, { keepUndo: rival })).toMatchObject({
      result: 'changed-meanwhile'
    })
  })

  it('writes nothing when the undo cannot be kept', async () => {
    const { objectGuid } = await person({ mail: 'old@x.test' })
    const fix = { objectGuid, attribute: 'mail', action: 'clear', from: 'old@x.test', to: null } as const
    const keepUndo = () => Promise.reject(new UnavailableError('postgres', 'gone'))
    await expect(applyFix(connection, fix, { keepUndo })).rejects.toThrow('gone')
    expect(await valuesOf(connection, objectGuid, 'mail')).toEqual(['old@x.test'])
  })

  it('says that an object is gone', async () => {
    const { dn, objectGuid } = await person({ mail: 'old@x.test' })
    const fix = { objectGuid, attribute: 'mail', action: 'clear', from: 'old@x.test', to: null } as const
    expect(await applyFix(connection, fix, { keepUndo: () => connection.delete(dn) })).toMatchObject({
      result: 'gone'
    })
    expect(await applyFix(connection, fix)).toMatchObject({ result: 'gone' })
  })

  it('counts as applied what was written though the answer got lost, when it is done again', async () => {
    const { dn, objectGuid } = await person({ mail: 'old@x.test' })
    const fix = mail({ dn, objectGuid })
    const broken: Pick<DirectoryConnection, 'search' | 'modify' | 'server'> = {
      server: connection.server,
      search: options => connection.search(options),
      async modify(...args) {
        await connection.modify(...args)
        throw new UnavailableError('active-directory', 'the connection is lost')
      }
    }
    const kept: string[] = []
    const keepUndo = async ({ ldif }: { ldif: string }) => void kept.push(ldif)
    await expect(applyFix(broken, fix, { keepUndo })).rejects.toBeInstanceOf(UnavailableError)
    expect(await applyFix(connection, fix, { keepUndo })).toEqual({ result: 'applied', dn })
    expect(kept).toHaveLength(1)
    await ldapmodify(ldifHeader + kept.join(''))
    expect(await valuesOf(connection, objectGuid, 'mail')).toEqual(['old@x.test'])
  })

  it('replaces an account name where the controller does not let go of the old one first', async () => {
    const { objectGuid } = await person({ sAMAccountName: 'insistent' })
    const insisting: Pick<DirectoryConnection, 'search' | 'modify' | 'server'> = {
      server: connection.server,
      search: options => connection.search(options),
      async modify(dn, changes) {
        if (changes.some(({ operation }) => operation === 'delete')) {
          throw new RefusedError('it must have a name', resultCode.unwillingToPerform)
        }
        await connection.modify(dn, changes)
      }
    }
    const fix = {
      objectGuid,
      attribute: 'sAMAccountName',
      action: 'replace',
      from: 'insistent',
      to: 'calm'
    } as const
    const result = await applyFix(insisting, fix)
    expect(await valuesOf(connection, objectGuid, 'sAMAccountName')).toEqual(['calm'])
    expect(undoLdifOf(result)).toContain('replace: sAMAccountName\nsAMAccountName: insistent\n-\n')
    await ldapmodify(undoLdifOf(result))
    expect(await valuesOf(connection, objectGuid, 'sAMAccountName')).toEqual(['insistent'])
  })
})
