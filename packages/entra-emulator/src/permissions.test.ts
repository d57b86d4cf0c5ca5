import { describe, expect, test } from 'vitest'
import { graphOperations } from './graph/routes.ts'
import { installerPermissions, knownPermissions } from './model/application-permissions.ts'
import { at, contract, hasContract, plain } from './published-contract.ts'
import {
  accessToken,
  newGroup,
  newUser,
  objectOf,
  reference,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

/** A tenant with ann, boss, crew and a contact; what is asked of it has the permissions of a later token. */
async function tenantWith(permissions: readonly string[], roles: readonly string[] = []) {
  const tenant = await startTestTenant({ applicationRoles: roles })
  const [ann, boss] = [await tenant.createUser('ann'), await tenant.createUser('boss')]
  const [crew, vault] = [
    await tenant.createGroup('crew'),
    await tenant.createGroup('vault', { isAssignableToRole: true })
  ]
  const { application, administration } = tenant.emulator
  const contact = administration.createContact({ displayName: 'Contact', mail: 'contact@elsewhere.example' })
  application.revoke(knownPermissions)
  application.grant(permissions)
  application.forgetUsed()
  const authorization = `Bearer ${await accessToken(tenant.emulator)}`
  const ids: Record<string, string> = { ann, boss, crew, vault, contact }
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids[name] ?? whole)
  const ask = async (method: string, path: string, body?: object) => {
    const sent: unknown = body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body)))
    return (await tenant.graph(method, filled(path), sent, { authorization })).status
  }
  return { tenant, ask, [Symbol.asyncDispose]: () => tenant[Symbol.asyncDispose]() }
}

/** The permissions, what they allow, and what they do not. */
const cases: readonly (readonly [
  string,
  readonly [string, string, object?],
  readonly [string, string, object?]
])[] = [
  ['User.Create', ['POST', '/users', newUser('carl')], ['GET', '/users/{ann}']],
  [
    'User.ReadUpdate.All',
    ['PATCH', '/users/{ann}', { city: 'Ulm' }],
    ['PATCH', '/users/{ann}', { accountEnabled: false }]
  ],
  [
    'User.EnableDisableAccount.All,User.Read.All',
    ['PATCH', '/users/{ann}', { accountEnabled: false }],
    ['PATCH', '/users/{ann}', { city: 'Ulm' }]
  ],
  [
    'User-Mail.ReadWrite.All',
    ['PATCH', '/users/{ann}', { otherMails: ['a@b.example'] }],
    ['PATCH', '/users/{ann}', { mobilePhone: '1' }]
  ],
  [
    'User-Phone.ReadWrite.All',
    ['PATCH', '/users/{ann}', { mobilePhone: '1' }],
    ['PATCH', '/users/{ann}', { otherMails: [] }]
  ],
  ['User.DeleteRestore.All', ['DELETE', '/users/{ann}'], ['PATCH', '/users/{ann}', { city: 'Ulm' }]],
  [
    'User.ReadWrite.All',
    ['PUT', '/users/{ann}/manager/$ref', reference('{boss}')],
    ['PATCH', '/users/{ann}', { employeeLeaveDateTime: '2030-01-01T00:00:00Z' }]
  ],
  ['User.Read.All', ['GET', '/users/delta'], ['GET', '/groups/delta']],
  ['Group.ReadBasic.All', ['GET', '/groups/delta'], ['PATCH', '/groups/{crew}', { description: 'x' }]],
  ['Group.Create', ['POST', '/groups', newGroup('new')], ['PATCH', '/groups/{crew}', { description: 'x' }]],
  [
    'GroupMember.ReadWrite.All',
    ['POST', '/groups/{crew}/members/$ref', reference('{ann}')],
    ['PATCH', '/groups/{crew}', { description: 'x' }]
  ],
  [
    'GroupMember.ReadWrite.All',
    [
      'PATCH',
      '/groups/{crew}',
      { 'members@odata.bind': ['https://graph.microsoft.com/v1.0/directoryObjects/{boss}'] }
    ],
    ['POST', '/groups/{crew}/owners/$ref', reference('{ann}')]
  ],
  [
    'GroupMember.ReadWrite.All,OrgContact.Read.All',
    ['POST', '/groups/{crew}/members/$ref', reference('{contact}')],
    ['POST', '/groups/{vault}/members/$ref', reference('{ann}')]
  ],
  [
    'GroupMember.ReadWrite.All,RoleManagement.ReadWrite.Directory',
    ['POST', '/groups/{vault}/members/$ref', reference('{ann}')],
    ['POST', '/groups/{crew}/members/$ref', reference('{contact}')]
  ],
  [
    'Group.ReadWrite.All',
    ['DELETE', '/groups/{crew}'],
    ['POST', '/groups', { ...newGroup('new'), isAssignableToRole: true }]
  ],
  ['OrgContact.Read.All', ['GET', '/contacts/delta'], ['GET', '/domains']],
  ['Domain.Read.All', ['GET', '/domains'], ['GET', '/organization']],
  ['Organization.Read.All', ['GET', '/organization'], ['GET', '/contacts']]
]

describe('an application with', () => {
  test.each(cases)('%s may do %j and not %j', async (names, allowed, refused) => {
    const permissions = names.split(',')
    await using asked = await tenantWith(permissions)
    expect(await asked.ask(...refused)).toBe(403)
    expect(await asked.ask(...allowed)).toBeLessThan(300)
    expect(asked.tenant.emulator.application.used).toEqual(expect.arrayContaining(permissions))
  })

  test('the installer’s permissions and no role cannot reset a password, and with a role it can', async () => {
    const reset = ['PATCH', '/users/{ann}', { passwordProfile: { password: 'Correct-Horse-8' } }] as const
    await using without = await tenantWith(installerPermissions)
    expect(await without.ask(...reset)).toBe(403)
    await using withRole = await tenantWith(installerPermissions, ['User Administrator'])
    expect(await withRole.ask(...reset)).toBe(204)
  })

  test('a batch is refused item by item', async () => {
    await using asked = await tenantWith(['User.Read.All'])
    const { tenant } = asked
    const requests = ['/users', '/groups'].map((url, index) => ({ id: String(index), method: 'GET', url }))
    const authorization = `Bearer ${await accessToken(tenant.emulator)}`
    const answer = await tenant.graph('POST', '/$batch', { requests }, { authorization })
    expect(answer.body.responses).toMatchObject([{ status: 200 }, { status: 403 }])
  })
})

describe('permissions', () => {
  test('are asked for, granted and revoked while the emulator runs, and count in the next token', async () => {
    await using tenant = await startTestTenant({ permissions: ['User.Read.All', 'Domain.Read.All'] })
    await tenant.graph('GET', '/users')
    expect(await admin(tenant, 'GET', 'permissions')).toEqual({
      granted: ['Domain.Read.All', 'User.Read.All'],
      used: ['User.Read.All'],
      roles: []
    })
    await admin(tenant, 'POST', 'permissions', {
      grant: ['Organization.Read.All'],
      revoke: ['User.Read.All']
    })
    expect((await tenant.graph('GET', '/users')).status, 'the old token keeps its own').toBe(200)
    const authorization = `Bearer ${await accessToken(tenant.emulator)}`
    expect((await tenant.graph('GET', '/users', undefined, { authorization })).status).toBe(403)
    await admin(tenant, 'POST', 'permissions', { revokeTokens: true })
    expect((await tenant.graph('GET', '/users')).status).toBe(401)
    expect(await admin(tenant, 'POST', 'permissions/reset')).toMatchObject({ used: [] })
  })

  test('that nobody knows are refused', async () => {
    await using tenant = await startTestTenant()
    expect(await admin(tenant, 'POST', 'permissions', { grant: ['User.Raed.All'] })).toMatchObject({
      error: expect.stringContaining("No permission 'User.Raed.All' is known here")
    })
    await expect(startTestTenant({ permissions: ['User.Raed.All'] })).rejects.toThrow(RangeError)
  })
})

test.skipIf(!hasContract)('what Microsoft’s permissions file allows is allowed', () => {
  const refused = [...graphOperations].flatMap(([operation, needed]) =>
    typeof needed === 'object' ? documentedFor(operation).filter(each => !needed.includes(each)) : []
  )
  expect(refused).toEqual([])
  expect(documentedFor('GET /users/{id}')).toContain('User.Read.All')
})

/** Of what the permissions file names for the operation, the permissions that the emulator knows. */
function documentedFor(operation: string): string[] {
  const [method = '', pattern = ''] = operation.split(' ')
  const path = Object.keys(objectOf(contract.paths)).find(each => plain(each) === plain(pattern)) ?? ''
  const all = at(contract, 'paths', path, method.toLowerCase(), 'x-permissions', 'applicationAll')
  return Array.isArray(all) ? all.map(String).filter(each => knownPermissions.includes(each)) : []
}

async function admin({ emulator }: TestTenant, method: string, path: string, body?: object) {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`${emulator.graphUrl}/emulator/${path}`, { method, ...json })
  return objectOf(await response.json())
}
