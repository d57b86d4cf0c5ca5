import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphOperations } from './graph/routes.ts'
import { at, contract, hasContract, plain } from './published-contract.ts'
import {
  type GraphAnswer,
  items,
  newGroup,
  newUser,
  objectOf,
  reference,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

const everything =
  '$select=id,displayName,proxyAddresses,passwordProfile,onPremisesExtensionAttributes,identities'

describe.skipIf(!hasContract)('answers have the shape that Microsoft publishes', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ ...contract, $id: 'contract' })
  const validators = new Map<string, ValidateFunction>()
  let tenant: TestTenant
  let ids: Readonly<Record<string, string>> = {}

  beforeAll(async () => {
    tenant = await startTestTenant()
    const user = await tenant.createUser('ann', {
      mail: 'ann@contoso.com',
      onPremisesImmutableId: 'YWJj',
      onPremisesExtensionAttributes: { extensionAttribute1: 'x' },
      businessPhones: ['+1 425 555 0100'],
      usageLocation: 'DE',
      employeeLeaveDateTime: '2030-01-01T00:00:00Z'
    })
    const boss = await tenant.createUser('boss')
    const group = await tenant.createGroup('crew', { uniqueName: 'crew' })
    const outer = await tenant.createGroup('outer')
    await tenant.createGroup('team', { groupTypes: ['Unified'], mailEnabled: true })
    await tenant.graph('PUT', `/users/${user}/manager/$ref`, reference(boss))
    await tenant.graph('POST', `/groups/${group}/members/$ref`, reference(user))
    await tenant.graph('POST', `/groups/${outer}/members/$ref`, reference(group))
    await tenant.graph('POST', `/groups/${group}/owners/$ref`, reference(boss))
    const goneUser = await tenant.createUser('gone')
    const goneGroup = await tenant.createGroup('gone-group')
    const purged = await tenant.createUser('purged')
    for (const id of [goneUser, purged]) await tenant.graph('DELETE', `/users/${id}`)
    await tenant.graph('DELETE', `/groups/${goneGroup}`)
    tenant.emulator.administration.giveRole(boss, 'Global Administrator')
    const contact = tenant.emulator.administration.createContact({
      displayName: 'Contact',
      mail: 'contact@elsewhere.example'
    })
    await tenant.graph('POST', `/groups/${outer}/members/$ref`, reference(contact))
    const synced = await tenant.createUser('synced')
    tenant.emulator.administration.setProperties(synced, { onPremisesSyncEnabled: true })
    ids = {
      contact,
      synced,
      user,
      boss,
      group,
      outer,
      goneUser,
      goneGroup,
      purged,
      tenant: tenant.emulator.tenantId
    }
  })

  afterAll(() => tenant[Symbol.asyncDispose]())

  /** The contract's path, the path that is called, and what each item must be under the strictest schema. */
  const reads: readonly (readonly [string, string, string?])[] = [
    ['/users', '/users?$top=2', 'strict.user'],
    ['/users', `/users?${everything}`, 'strict.user'],
    ['/users', "/users?$filter=onPremisesImmutableId eq 'YWJj'&$expand=manager", 'strict.user'],
    ['/users/{user-id}', '/users/{user}', 'strict.user'],
    ['/users/{user-id}', '/users/ann@contoso.com?$select=id,proxyAddresses,createdDateTime', 'strict.user'],
    ['/users/{user-id}', '/users/{user}?$expand=manager', 'strict.user'],
    ['/users/{user-id}/manager', '/users/{user}/manager', 'strict.user'],
    ['/users/{user-id}/manager/$ref', '/users/{user}/manager/$ref'],
    ['/users/{user-id}/memberOf', '/users/{user}/memberOf', 'strict.group'],
    ['/users/{user-id}/transitiveMemberOf', '/users/{user}/transitiveMemberOf', 'strict.group'],
    ['/users/{user-id}/transitiveMemberOf', '/users/{boss}/transitiveMemberOf'],
    ['/users/delta', '/users/delta', 'strict.user'],
    ['/users/delta', '/users/delta?$deltatoken=latest'],
    ['/groups', '/groups', 'strict.group'],
    ['/groups/{group-id}', '/groups/{group}', 'strict.group'],
    ["/groups(uniqueName='{uniqueName}')", "/groups(uniqueName='crew')", 'strict.group'],
    ['/groups/{group-id}/members', '/groups/{group}/members', 'strict.user'],
    ['/groups/{group-id}/members', '/groups/{outer}/members', 'microsoft.graph.directoryObject'],
    ['/groups/{group-id}/members/$ref', '/groups/{group}/members/$ref'],
    ['/groups/{group-id}/transitiveMembers', '/groups/{outer}/transitiveMembers'],
    ['/groups/{group-id}/memberOf', '/groups/{group}/memberOf', 'strict.group'],
    ['/groups/{group-id}/owners', '/groups/{group}/owners', 'strict.user'],
    ['/groups/{group-id}/owners/$ref', '/groups/{group}/owners/$ref'],
    ['/groups/delta', '/groups/delta', 'strict.group'],
    ['/directoryObjects/{directoryObject-id}', '/directoryObjects/{user}', 'strict.user'],
    ['/directory/deletedItems', '/directory/deletedItems'],
    ['/directory/deletedItems/graph.user', '/directory/deletedItems/microsoft.graph.user', 'strict.user'],
    ['/directory/deletedItems/graph.group', '/directory/deletedItems/graph.group', 'strict.group'],
    ['/directory/deletedItems/{directoryObject-id}', '/directory/deletedItems/{goneUser}', 'strict.user'],
    ['/organization', '/organization', 'strict.organization'],
    ['/organization/{organization-id}', '/organization/{tenant}', 'strict.organization'],
    ['/domains', '/domains', 'microsoft.graph.domain'],
    ['/domains/{domain-id}', '/domains/contoso.com', 'microsoft.graph.domain'],
    ['/contacts', '/contacts', 'strict.orgContact'],
    ['/contacts', '/contacts?$select=id,mail,proxyAddresses,onPremisesSyncEnabled', 'strict.orgContact'],
    ['/contacts/{orgContact-id}', '/contacts/{contact}', 'strict.orgContact'],
    ['/contacts/{orgContact-id}/memberOf', '/contacts/{contact}/memberOf', 'strict.group'],
    ['/contacts/delta', '/contacts/delta', 'delta.orgContact'],
    ['/users/{user-id}/onPremisesSyncBehavior', '/users/{synced}/onPremisesSyncBehavior'],
    ['/groups/{group-id}/onPremisesSyncBehavior', '/groups/{group}/onPremisesSyncBehavior'],
    ['/contacts/{orgContact-id}/onPremisesSyncBehavior', '/contacts/{contact}/onPremisesSyncBehavior'],
    ['/subscribedSkus', '/subscribedSkus']
  ]

  test.each(reads.map(read => ({ read })))(
    'GET $read',
    async ({ read: [contractPath, path, itemSchema] }) => {
      const answer = await tenant.graph('GET', withIds(path))
      expect(answer.status).toBe(200)
      requireDocumented(contractPath, 'get', answer)
      if (itemSchema === undefined) return
      const all = answer.body.value === undefined ? [answer.body] : items(answer)
      expect(all.length).toBeGreaterThan(0)
      for (const item of all) requireSchema(schemaNamed(itemSchema), item)
    }
  )

  test.each(['/users/$count', '/groups/$count'])('GET %s is a number', async path => {
    const answer = await tenant.graph('GET', path, undefined, { ConsistencyLevel: 'eventual' })
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(answer.text).toMatch(/^\d+$/)
  })

  /** Method, the contract's path, the path that is called, the body. They are carried out in this order. */
  const writes: readonly (readonly [string, string, string, object | undefined, string?])[] = [
    ['post', '/users', '/users', newUser('carl'), 'strict.user'],
    ['patch', '/users/{user-id}', '/users/{user}', { department: 'Sales', usageLocation: 'FR' }],
    ['put', '/users/{user-id}/manager/$ref', '/users/{boss}/manager/$ref', reference('{user}')],
    ['delete', '/users/{user-id}/manager/$ref', '/users/{boss}/manager/$ref', undefined],
    ['post', '/groups', '/groups', newGroup('fresh'), 'strict.group'],
    [
      'patch',
      '/groups/{group-id}',
      '/groups/{group}',
      { 'members@odata.bind': ['https://graph.microsoft.com/v1.0/directoryObjects/{boss}'] }
    ],
    [
      'delete',
      '/groups/{group-id}/members/{directoryObject-id}/$ref',
      '/groups/{group}/members/{boss}/$ref',
      undefined
    ],
    ['post', '/groups/{group-id}/members/$ref', '/groups/{group}/members/$ref', reference('{boss}')],
    [
      'patch',
      "/groups(uniqueName='{uniqueName}')",
      "/groups(uniqueName='upserted')",
      newGroup('upserted'),
      'strict.group'
    ],
    [
      'patch',
      "/groups(uniqueName='{uniqueName}')",
      "/groups(uniqueName='upserted')",
      { description: 'again' }
    ],
    [
      'post',
      '/directoryObjects/getByIds',
      '/directoryObjects/getByIds',
      { ids: ['{user}', '{group}'], types: ['user'] },
      'strict.user'
    ],
    [
      'post',
      '/directory/deletedItems/{directoryObject-id}/restore',
      '/directory/deletedItems/{goneUser}/restore',
      {},
      'strict.user'
    ],
    [
      'post',
      '/directory/deletedItems/{directoryObject-id}/restore',
      '/directory/deletedItems/{goneGroup}/restore',
      undefined,
      'strict.group'
    ],
    [
      'patch',
      '/users/{user-id}/onPremisesSyncBehavior',
      '/users/{synced}/onPremisesSyncBehavior',
      { isCloudManaged: true }
    ],
    ['delete', '/directory/deletedItems/{directoryObject-id}', '/directory/deletedItems/{purged}', undefined],
    ['delete', '/users/{user-id}', '/users/{goneUser}', undefined],
    ['delete', '/groups/{group-id}', '/groups/{goneGroup}', undefined],
    [
      'post',
      '/$batch',
      '/$batch',
      {
        requests: [
          { id: '1', method: 'GET', url: '/users/{user}' },
          { id: '2', method: 'GET', url: '/people' }
        ]
      }
    ]
  ]

  test.each(writes.map(write => ({ write })))('$write', async ({ write }) => {
    const [method, contractPath, path, body, itemSchema] = write
    const sent: unknown = body === undefined ? undefined : JSON.parse(withIds(JSON.stringify(body)))
    const requestSchema = at(
      contract,
      'paths',
      contractPath,
      method,
      'requestBody',
      'content',
      'application/json',
      'schema'
    )
    if (requestSchema !== undefined && sent !== undefined) requireSchema(requestSchema, sent)
    const answer = await tenant.graph(method.toUpperCase(), withIds(path), sent, {
      Prefer: 'create-if-missing'
    })
    expect(answer.status, answer.text).toBeLessThan(300)
    requireDocumented(contractPath, method, answer)
    if (itemSchema === undefined) return
    for (const item of answer.body.value === undefined ? [answer.body] : items(answer)) {
      requireSchema(schemaNamed(itemSchema), item)
    }
  })

  test('a delta round after changes', async () => {
    const first = await tenant.graph('GET', '/groups/delta')
    const gone = await tenant.createGroup('soon-gone')
    await tenant.graph('DELETE', `/groups/${gone}`)
    await tenant.graph('DELETE', withIds('/groups/{outer}/members/{group}/$ref'))
    const second = await tenant.follow(first, '@odata.deltaLink')
    requireDocumented('/groups/delta', 'get', second)
    expect(items(second)).toHaveLength(2)
    for (const item of items(second)) requireSchema(schemaNamed('delta.group'), item)
  })

  test('the metadata is served as XML', async () => {
    const answer = await tenant.graph('GET', '/$metadata')
    expect(answer.headers.get('content-type')).toBe('application/xml')
    expect(answer.text).toMatch(/^<\?xml/)
  })

  test.each(['/users/nobody@contoso.com', '/people', '/users?$filter=x'])('the refusal of %s', async path => {
    const answer = await tenant.graph('GET', path)
    requireSchema(schemaNamed('microsoft.graph.ODataErrors.ODataError'), answer.body)
  })

  test('what the contract knows and the emulator does not is what the README says', () => {
    const known = new Set([...graphOperations.keys()].map(plain))
    const operations = Object.entries(objectOf(contract.paths)).flatMap(([path, methods]) =>
      Object.keys(objectOf(methods)).map(method => `${method.toUpperCase()} ${path}`)
    )
    const absent = operations.filter(
      operation => !known.has(plain(operation)) && !operation.endsWith('/$batch')
    )
    const families = absent.filter(
      operation =>
        !/\/(contacts|devices|directory\/onPremisesSynchronization|subscribedSkus|directoryObjects\/delta)\b/.test(
          operation
        ) && !/(assignLicense|revokeSignInSessions|graph\.device)$/.test(operation)
    )
    expect(families).toEqual([
      'GET /directory/deletedItems/graph.group',
      'GET /directory/deletedItems/graph.user',
      'PATCH /directoryObjects/{directoryObject-id}',
      'DELETE /groups/{group-id}/members/$ref',
      'PATCH /organization/{organization-id}'
    ])
  })

  function withIds(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids[name] ?? whole)
  }

  function requireDocumented(path: string, method: string, answer: GraphAnswer): void {
    const response = at(contract, 'paths', path, method, 'responses', String(answer.status))
    expect(response, `${method} ${path} does not document ${answer.status}`).toBeDefined()
    const schema = at(response, 'content', 'application/json', 'schema')
    if (schema === undefined) expect(answer.text).toBe('')
    else requireSchema(schema, answer.body)
  }

  function validatorOf(schema: string): ValidateFunction {
    const known = validators.get(schema)
    if (known !== undefined) return known
    const compiled = ajv.compile(objectOf(JSON.parse(schema)))
    validators.set(schema, compiled)
    return compiled
  }

  function requireSchema(schema: unknown, value: unknown): void {
    const validate = validatorOf(JSON.stringify(schema).replaceAll('"#/', '"contract#/'))
    expect(validate(value), ajv.errorsText(validate.errors)).toBe(true)
  }
})

function schemaNamed(name: string): object {
  return { $ref: `#/components/schemas/${name}` }
}
