import {
  AuthenticationHandler,
  Client,
  GraphError,
  HTTPMessageHandler,
  RetryHandler,
  RetryHandlerOptions
} from '@microsoft/microsoft-graph-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessToken, newUser, objectOf, startTestTenant, type TestTenant } from './test-client.ts'

let tenant: TestTenant
let client: Client

beforeAll(async () => {
  tenant = await startTestTenant()
  const authentication = new AuthenticationHandler({ getAccessToken: () => accessToken(tenant.emulator) })
  authentication.setNext(new HTTPMessageHandler())
  client = Client.initWithMiddleware({
    baseUrl: tenant.emulator.graphUrl,
    customHosts: new Set(['localhost']),
    middleware: authentication
  })
})

afterAll(() => tenant[Symbol.asyncDispose]())

describe('@microsoft/microsoft-graph-client', () => {
  test('users: create, read, list, change, delete', async () => {
    const created = objectOf(await client.api('/users').post(newUser('ann')))
    const path = `/users/${String(created.id)}`
    await client.api(path).patch({ city: 'Ulm' })
    expect(await client.api(path).select(['city', 'displayName']).get()).toMatchObject({
      city: 'Ulm',
      displayName: 'User ann'
    })
    const list = objectOf(
      await client.api('/users').filter("userPrincipalName eq 'ann@contoso.com'").top(5).get()
    )
    expect(list.value).toMatchObject([{ id: created.id }])
    await client.api(path).delete()
    await expect(client.api(path).get()).rejects.toMatchObject({
      statusCode: 404,
      code: 'Request_ResourceNotFound'
    })
  })

  test('the details of a refusal reach the caller', async () => {
    await client.api('/users').post(newUser('bob'))
    const error: unknown = await client
      .api('/users')
      .post(newUser('bob'))
      .catch((caught: unknown) => caught)
    if (!(error instanceof GraphError)) throw new Error('A GraphError was expected')
    expect(error.statusCode).toBe(400)
    expect(objectOf(JSON.parse(String(error.body))).details).toMatchObject([
      { code: 'ObjectConflict', target: 'userPrincipalName' },
      { code: 'ConflictingObjects' }
    ])
  })

  test('a batch', async () => {
    const requests = [{ id: '1', method: 'GET', url: '/organization' }]
    expect(await client.api('/$batch').post({ requests })).toMatchObject({
      responses: [{ id: '1', status: 200 }]
    })
  })
})

describe('its middleware that retries', () => {
  function retryingClient({ emulator }: TestTenant): Client {
    const authentication = new AuthenticationHandler({ getAccessToken: () => accessToken(emulator) })
    const retry = new RetryHandler(new RetryHandlerOptions(3, 3))
    authentication.setNext(retry)
    retry.setNext(new HTTPMessageHandler())
    return Client.initWithMiddleware({
      baseUrl: emulator.graphUrl,
      customHosts: new Set(['localhost']),
      middleware: authentication
    })
  }

  test('waits as long as Retry-After says, decimals too, and gets through unpunished', async () => {
    await using busy = await startTestTenant({ throttling: { writes: 1, writeWindowMs: 2000 } })
    const retrying = retryingClient(busy)
    for (const name of ['first', 'second']) await retrying.api('/users').post(newUser(name))
    const { applications } = busy.emulator.conditions.throttling.report()
    const { granted, refused, early } = applications[busy.emulator.clientId]?.writes ?? {}
    expect({ granted, refused, early }).toEqual({ granted: 2, refused: 1, early: 0 })
  })

  test('gets over faults by its rules, and not over half an answer', async () => {
    const retrying = retryingClient(tenant)
    tenant.emulator.faults.add({ status: 429, retryAfterSeconds: 0.05, times: 2 })
    expect(objectOf(await retrying.api('/users').get())).toHaveProperty('value')
    expect(tenant.emulator.faults.toJSON()).toMatchObject([{ struck: 2, left: 0 }])
    tenant.emulator.faults.add({ half: 'json', times: 1 })
    await expect(retrying.api('/users').get()).rejects.toThrow()
  })
})
