import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { objectOf, requestToken, startTestTenant, type TestTenant } from './test-client.ts'

let tenant: TestTenant

beforeAll(async () => {
  tenant = await startTestTenant()
})

afterAll(() => tenant[Symbol.asyncDispose]())

describe('the token endpoint', () => {
  test('is found, with its keys, through the OpenID configuration', async () => {
    const { emulator } = tenant
    const url = `${emulator.authorityHost}/${emulator.tenantId}/v2.0/.well-known/openid-configuration`
    const configuration = objectOf(await (await fetch(url)).json())
    expect(configuration.token_endpoint).toBe(emulator.tokenUrl)
    const { body } = await requestToken(emulator)
    const keys = createRemoteJWKSet(new URL(String(configuration.jwks_uri)))
    const { payload } = await jwtVerify(String(body.access_token), keys)
    expect(payload).toMatchObject({
      tid: emulator.tenantId,
      appid: emulator.clientId,
      aud: 'https://graph.microsoft.com'
    })
  })

  test('takes a domain of the tenant in place of its id', async () => {
    const { emulator } = tenant
    const url = emulator.tokenUrl.replace(emulator.tenantId, 'contoso.com')
    expect((await requestToken(emulator, {}, url)).status).toBe(200)
  })

  const refusals: readonly (readonly [string, Record<string, string>, number, string, number])[] = [
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    ['an unknown application', { client_id: 'nobody' }, 400, 'unauthorized_client', 700016],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ['no scope', { scope: '' }, 400, 'invalid_request', 900144],
    ['a scope without /.default', { scope: 'User.Read' }, 400, 'invalid_scope', 1002012],
    ['an unknown resource', { scope: 'https://vault.example/.default' }, 400, 'invalid_resource', 500011],
    [
      'an assertion that is none',
      {
        client_assertion: 'x',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      },
      400,
      'invalid_request',
      50027
    ]
  ]

  test.each(refusals)('refuses %s', async (_name, change, status, error, code) => {
    const answer = await requestToken(tenant.emulator, change)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ error, error_codes: [code] })
    expect(answer.body.error_description).toContain(`AADSTS${code}: `)
    for (const field of ['timestamp', 'trace_id', 'correlation_id'])
      expect(answer.body[field]).toBeTypeOf('string')
    expect(JSON.stringify(answer.body)).not.toContain(tenant.emulator.clientSecret)
  })

  test('refuses a tenant that is not this one', async () => {
    const url = tenant.emulator.tokenUrl.replace(tenant.emulator.tenantId, 'fabrikam.com')
    const answer = await requestToken(tenant.emulator, {}, url)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request', error_codes: [90002] } })
  })
})

describe('a token', () => {
  test('that was revoked is refused, and a new one is taken', async () => {
    await using revoked = await startTestTenant()
    expect((await revoked.graph('GET', '/organization')).status).toBe(200)
    revoked.emulator.revokeTokens()
    const answer = await revoked.graph('GET', '/organization')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
    const { body } = await requestToken(revoked.emulator)
    const authorization = `Bearer ${String(body.access_token)}`
    expect((await revoked.graph('GET', '/organization', undefined, { authorization })).status).toBe(200)
  })

  test('that has expired is refused', async () => {
    await using brief = await startTestTenant({ tokenLifetimeSeconds: 0 })
    const answer = await brief.graph('GET', '/organization')
    expect(answer.status).toBe(401)
    expect(answer.text).toContain('Lifetime validation failed, the token is expired.')
  })
})
