import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  errorOf,
  items,
  type JsonObject,
  newUser,
  objectOf,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

let tenant: TestTenant

beforeAll(async () => {
  tenant = await startTestTenant()
})

afterAll(() => tenant[Symbol.asyncDispose]())

const json = { 'Content-Type': 'application/json' }

async function batch(requests: readonly JsonObject[], headers: Record<string, string> = {}) {
  const answer = await tenant.graph('POST', '/$batch', { requests }, headers)
  const responses = items(answer, 'responses')
  const byId = new Map(responses.map(response => [response.id, response]))
  return { answer, of: (id: string): JsonObject => byId.get(id) ?? {} }
}

describe('a batch', () => {
  test('carries each request out as if it had come alone', async () => {
    const { answer, of } = await batch([
      { id: '1', method: 'POST', url: '/users', headers: json, body: newUser('one') },
      { id: '2', method: 'PATCH', url: 'users/one@contoso.com', headers: json, body: { city: 'Ulm' } },
      { id: '3', method: 'GET', url: '/users/one@contoso.com?$select=city' },
      { id: '4', method: 'GET', url: '/users/nobody@contoso.com' }
    ])
    expect(answer.status).toBe(200)
    expect([1, 2, 3, 4].map(id => of(String(id)).status)).toEqual([201, 204, 200, 404])
    expect(objectOf(of('3').body).city).toBe('Ulm')
    expect(objectOf(of('3').headers)['Content-Type']).toBe('application/json')
    expect(objectOf(objectOf(of('4').body).error).code).toBe('Request_ResourceNotFound')
  })

  test('an answer without content has neither body nor Content-Type', async () => {
    const id = await tenant.createUser('two')
    const { of } = await batch([{ id: 'x', method: 'DELETE', url: `/users/${id}` }])
    expect(of('x').status).toBe(204)
    expect(Object.keys(of('x'))).not.toContain('body')
    expect(objectOf(of('x').headers)).not.toHaveProperty('Content-Type')
  })

  test('what depends on a failed request is not carried out', async () => {
    const { of } = await batch([
      { id: '3', method: 'POST', url: '/users', headers: json, body: newUser('three'), dependsOn: ['2'] },
      { id: '1', method: 'GET', url: '/users/nobody@contoso.com' },
      { id: '2', method: 'GET', url: '/organization', dependsOn: ['1'] },
      { id: '4', method: 'GET', url: '/organization' }
    ])
    expect(['1', '2', '3', '4'].map(id => of(id).status)).toEqual([404, 424, 424, 200])
    expect((await tenant.graph('GET', '/users/three@contoso.com')).status).toBe(404)
  })

  test('each item is logged as a write of its own, with the ids of its envelope', async () => {
    tenant.emulator.requests.reset()
    const headers = { 'client-request-id': 'envelope', traceparent: '00-aa-bb-01' }
    await batch([{ id: '1', method: 'POST', url: '/users', headers: json, body: newUser('four') }], headers)
    const { total, writes, byOperation, log } = tenant.emulator.requests
    expect({ total, writes }).toEqual({ total: 1, writes: 1 })
    expect(byOperation).toEqual({ 'POST /$batch': 1, 'POST /users': 1 })
    expect(log).toMatchObject([
      {
        method: 'POST',
        path: '/users',
        status: 201,
        inBatch: true,
        traceparent: '00-aa-bb-01',
        clientRequestId: 'envelope'
      }
    ])
  })

  const get = (id: string, more: JsonObject = {}) => ({ id, method: 'GET', url: '/organization', ...more })
  const refused: readonly (readonly [string, readonly JsonObject[]])[] = [
    ['no requests', []],
    ['more than 20', Array.from({ length: 21 }, (_, index) => get(String(index)))],
    ['the same id twice', [get('a'), get('A')]],
    ['no id', [{ method: 'GET', url: '/organization' }]],
    ['an absolute address', [get('1', { url: 'https://graph.microsoft.com/v1.0/organization' })]],
    ['a batch in a batch', [get('1', { method: 'POST', url: '/$batch', headers: json, body: {} })]],
    ['a body without Content-Type', [get('1', { method: 'POST', url: '/users', body: newUser('x') })]],
    ['an unknown dependency', [get('1', { dependsOn: ['2'] })]],
    ['a circle', [get('1', { dependsOn: ['2'] }), get('2', { dependsOn: ['1'] })]]
  ]

  test.each(refused)('%s is refused as a whole', async (_name, requests) => {
    const { answer } = await batch(requests)
    expect(answer.status).toBe(400)
    expect(errorOf(answer).code).toBe('BadRequest')
  })
})
