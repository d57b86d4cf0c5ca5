import { applyFix, connectDirectory, type DirectoryConnection, type Fix } from '@opendirsync/active-directory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DomainFixture, guidOf, startDomainFixture, userPassword } from './domain-fixture.ts'
import { type Attributes, addPerson, mail } from './fix-people.ts'
import { valuesOf } from './values-of.ts'

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

async function refused(by: DirectoryConnection, fix: Fix): Promise<string> {
  const before = await valuesOf(connection, fix.objectGuid, fix.attribute)
  const result = await applyFix(by, fix)
  expect(await valuesOf(connection, fix.objectGuid, fix.attribute)).toEqual(before)
  if (result.result !== 'refused') throw new Error(`it was ${result.result}`)
  return result.message
}

it('refuses without the right, by attribute and object, and with AdminSDHolder where that is why', async () => {
  const userPrincipalName = 'powerless@corp.example.test'
  await person({ userPrincipalName })
  await using powerless = await connectDirectory({
    ...fixture.server,
    bindDn: userPrincipalName,
    password: userPassword
  })
  const { dn, objectGuid } = await person({ mail: 'old@x.test' })
  const fix = mail({ dn, objectGuid })
  const message = await refused(powerless, fix)
  expect(message).toContain(`may not write mail of ${dn}. Grant it "Write mail"`)
  await connection.modify(dn, [{ operation: 'replace', attribute: 'adminCount', values: ['1'] }])
  expect(await refused(powerless, fix)).toMatch(/adminCount=1.*AdminSDHolder/)
})

it('refuses values that another object has, or that the schema forbids', async () => {
  await person({ sAMAccountName: 'taken', userPrincipalName: 'taken@corp.example.test' })
  const { objectGuid } = await person({
    sAMAccountName: 'mine',
    userPrincipalName: 'mine@corp.example.test',
    sn: 'Doe'
  })
  const replace = (attribute: string, from: string | null, to: string) =>
    refused(connection, { objectGuid, attribute, action: 'replace', from, to })
  expect(await replace('sAMAccountName', 'mine', 'taken')).toMatch(/another object of the domain/)
  expect(await replace('userPrincipalName', 'mine@corp.example.test', 'taken@corp.example.test')).toMatch(
    /another object of the forest/
  )
  expect(await replace('sAMAccountName', 'mine', 'a"b')).toMatch(/not allowed there/)
  expect(await replace('sn', 'Doe', 'x'.repeat(300))).toMatch(/too long/)
  expect(await replace('mailNickname', null, 'mine')).toMatch(/schema has no mailNickname/)
})

it('refuses objects that are none of ours', async () => {
  const refusedOf = async (dn: string) =>
    refused(connection, {
      objectGuid: await guidOf(fixture, dn),
      attribute: 'displayName',
      action: 'add-value',
      from: null,
      to: 'x'
    })
  const { baseDn } = fixture.domain
  expect(await refusedOf(`CN=Administrator,CN=Users,${baseDn}`)).toMatch(/isCriticalSystemObject/)
  expect(await refusedOf(fixture.ou)).toMatch(/organizationalunit/)
  await connection.add(`CN=pc,${fixture.ou}`, { objectClass: 'computer', sAMAccountName: 'pc$' })
  expect(await refusedOf(`CN=pc,${fixture.ou}`)).toMatch(/computer/)
})

it('refuses attributes that grant something, before the directory is asked', async () => {
  const { objectGuid } = await person()
  const change = { objectGuid, action: 'replace', from: '512', to: '66048' } as const
  expect(await refused(connection, { ...change, attribute: 'userAccountControl' })).toMatch(/not among/)
  expect(await refused(connection, { ...change, attribute: 'cn' })).toMatch(/Rename/)
})
