import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { contract, hasContract } from './published-contract.ts'
import {
  accessToken,
  errorOf,
  items,
  type JsonObject,
  objectOf,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

let tenant: TestTenant
let authorization: string

beforeAll(async () => {
  tenant = await startTestTenant({ applicationRoles: ['Hybrid Identity Administrator'] })
  authorization = `Bearer ${await accessToken(tenant.emulator)}`
})

beforeEach(() => void tenant.emulator.application.roles.add('Hybrid Identity Administrator'))

afterAll(() => tenant[Symbol.asyncDispose]())

async function beta(
  method: string,
  path: string,
  body?: object
): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(`${tenant.emulator.graphUrl}/beta${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : objectOf(JSON.parse(text)) }
}

const attributes = {
  onPremisesDistinguishedName: 'CN=Ann,OU=People,DC=corp,DC=example',
  onPremisesDomainName: 'corp.example',
  onPremisesSamAccountName: 'ann',
  onPremisesSecurityIdentifier: 'S-1-5-21-1004336348-1177238915-682003330-512',
  onPremisesUserPrincipalName: 'ann@corp.example'
}
const select = `?$select=${Object.keys(attributes).join(',')}`

describe('beta', () => {
  test.skipIf(!hasContract)('takes what the contract lets a client send', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ ...contract, $id: 'contract' })
    const validate = ajv.compile({ $ref: 'contract#/components/schemas/sync.user.update.beta-onprem' })
    expect(validate(attributes), ajv.errorsText(validate.errors)).toBe(true)
  })

  test('sets the attributes from on-premises, and v1.0 shows them and refuses to set them', async () => {
    const id = await tenant.createUser('ann')
    expect((await beta('PATCH', `/users/${id}`, attributes)).status).toBe(204)
    expect((await tenant.graph('GET', `/users/${id}${select}`)).body).toMatchObject(attributes)
    expect((await beta('GET', `/users/${id}${select}`)).body).toMatchObject({
      '@odata.context': expect.stringContaining('/beta/$metadata#users'),
      ...attributes
    })
    const refused = await tenant.graph('PATCH', `/users/${id}`, { onPremisesSamAccountName: 'ann' })
    expect(errorOf(refused).message).toBe(
      "Property 'onPremisesSamAccountName' is read-only and cannot be set."
    )
    const none = Object.fromEntries(Object.keys(attributes).map(name => [name, null]))
    expect((await beta('PATCH', `/users/${id}`, none)).status).toBe(204)
    expect((await tenant.graph('GET', `/users/${id}${select}`)).body).toMatchObject(none)
  })

  test('takes batches, and is counted apart', async () => {
    const id = await tenant.createUser('bob')
    tenant.emulator.requests.reset()
    const headers = { 'Content-Type': 'application/json' }
    const body = { onPremisesSamAccountName: 'bob' }
    const requests = [{ id: '1', method: 'PATCH', url: `/users/${id}`, headers, body }]
    const answer = await beta('POST', '/$batch', { requests })
    expect(items({ ...answer, headers: new Headers(), text: '' }, 'responses')).toMatchObject([
      { status: 204 }
    ])
    expect(tenant.emulator.requests.byOperation).toMatchObject({ 'PATCH /beta/users/{id}': 1 })
    expect(tenant.emulator.requests.log).toMatchObject([{ path: `/users/${id}`, status: 204, inBatch: true }])
  })

  test('has nothing else', async () => {
    expect((await beta('GET', '/users')).status).toBe(400)
    expect((await beta('POST', '/users', {})).status).toBe(400)
  })

  test('a security identifier is well formed, and of one user only', async () => {
    const [carl, dora] = [await tenant.createUser('carl'), await tenant.createUser('dora')]
    const onPremisesSecurityIdentifier = 'S-1-5-21-1-2-3-1000'
    const malformed = await beta('PATCH', `/users/${carl}`, { onPremisesSecurityIdentifier: 'S-1-x' })
    expect(objectOf(malformed.body.error).message).toContain("property 'onPremisesSecurityIdentifier'")
    expect((await beta('PATCH', `/users/${carl}`, { onPremisesSecurityIdentifier })).status).toBe(204)
    const taken = await beta('PATCH', `/users/${dora}`, { onPremisesSecurityIdentifier })
    expect(objectOf(taken.body.error).details).toMatchObject([
      { code: 'ObjectConflict', target: 'onPremisesSecurityIdentifier' },
      { code: 'ConflictingObjects', target: `User_${carl}` }
    ])
  })

  test('refuses users that something on-premises rules', async () => {
    const id = await tenant.createUser('erik')
    tenant.emulator.administration.setProperties(id, { onPremisesSyncEnabled: true })
    const answer = await beta('PATCH', `/users/${id}`, { onPremisesSamAccountName: 'erik' })
    expect(answer.status).toBe(400)
    expect(objectOf(answer.body.error).message).toMatch(
      /^Unable to update the specified properties for on-premises/
    )
  })

  test('needs a role, and for these attributes only', async () => {
    const id = await tenant.createUser('fred')
    tenant.emulator.application.roles.clear()
    expect((await beta('PATCH', `/users/${id}`, { onPremisesSamAccountName: 'fred' })).status).toBe(403)
    expect((await beta('PATCH', `/users/${id}`, { city: 'Ulm' })).status).toBe(204)
    const url = `${tenant.emulator.graphUrl}/emulator/application-roles`
    await fetch(url, { method: 'POST', body: JSON.stringify({ role: 'User Administrator' }) })
    expect((await beta('PATCH', `/users/${id}`, { onPremisesSamAccountName: 'fred' })).status).toBe(204)
  })
})
