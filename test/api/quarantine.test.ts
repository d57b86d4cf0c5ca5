import { randomUUID } from 'node:crypto'
import { type Problem, queues } from '@opendirsync/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connector, gate, stage } from '../store/fixtures.ts'
import { arrive, person, synchroniseAll } from './people.ts'
import { type Api, startApi } from './start-api.ts'

let api: Api
const [ada, bob, cy] = [
  person('Ada'),
  person('Bob'),
  person('Cy', { userPrincipalName: ['c y@corp.example.test'] })
]
const entraIds = new Map<string, string>()

/** Bob's writes are refused; Cy's sign-in name has a space. */
beforeAll(async () => {
  api = await startApi()
  await arrive(api, [ada, cy])
  const [found] = await api.store.objects.read(ada.objectGuid)
  const entry = await api.store.objects.entry(found?.entryId ?? '')
  entraIds.set('ada', entry?.entraId ?? '')
  await stage(api.store, [bob])
  await synchroniseAll(api)
  const problem: Problem = {
    code: 'object-conflict',
    attribute: 'userPrincipalName',
    message: 'Another object has it.',
    conflictsWith: [{ type: 'User', entraId: entry?.entraId ?? '' }]
  }
  await api.store.exports.objects({
    entryIds: await api.store.pending.exports(10, gate),
    gate,
    write: async pending => new Map(pending.map(({ entryId }) => [entryId, { result: 'refused', problem }]))
  })
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

const items = async (query = '') => {
  const { status, body } = await api.send({ method: 'GET', path: `/v1/quarantine${query}` })
  expect(status).toBe(200)
  return body.items as { objectGuid: string; problems: Record<string, unknown>[] }[]
}

describe('the quarantine', () => {
  it('tells of a refusal in words, with what stands in the way and when it is tried again', async () => {
    const found = await items('?code=object-conflict')
    expect(found).toMatchObject([
      {
        objectGuid: bob.objectGuid,
        problems: [
          {
            code: 'object-conflict',
            title: 'Value already in use',
            severity: 'error',
            attribute: 'userPrincipalName',
            message: 'Another object has it.',
            conflictsWith: [
              {
                type: 'User',
                entraId: entraIds.get('ada'),
                connector,
                objectGuid: ada.objectGuid,
                dn: ada.dn
              }
            ]
          }
        ]
      }
    ])
    const problem = found[0]?.problems[0]
    expect(Date.parse(String(problem?.retriesAt))).toBeGreaterThan(Date.parse(String(problem?.since)))
  })

  it('leaves out what is not asked for', async () => {
    expect(await items()).toHaveLength(2)
    expect(await items('?code=upn-invalid-character')).toMatchObject([
      { objectGuid: cy.objectGuid, problems: [{ severity: 'error', attribute: 'userPrincipalName' }] }
    ])
    expect(await items(`?connector=${connector}`)).toHaveLength(2)
    expect(await items('?connector=elsewhere')).toEqual([])
  })

  it('is counted by reason', async () => {
    expect((await api.get('/v1/quarantine/summary')).body).toEqual({
      codes: [
        { code: 'object-conflict', title: 'Value already in use', severity: 'error', objects: 1 },
        { code: 'upn-invalid-character', objects: 1 }
      ]
    })
  })
})

describe('a retry', () => {
  const depth = () => api.queues.depth(queues.exportPending, 'single')

  it('of one object makes it pending and wakes the exporter', async () => {
    const before = await depth()
    expect(await api.post(`/v1/quarantine/${bob.objectGuid}/retry`, {})).toMatchObject({
      status: 202,
      body: { objects: 1 }
    })
    expect(await depth()).toBe(before + 1)
    expect(await api.store.pending.exports(10, gate)).toHaveLength(1)
    expect((await items('?code=object-conflict'))[0]?.problems[0]).not.toHaveProperty('retriesAt')
  })

  it('of all with a code says how many', async () => {
    expect(await api.post('/v1/quarantine/retry', { code: 'object-conflict' })).toMatchObject({
      status: 202,
      body: { objects: 1 }
    })
    expect((await api.post('/v1/quarantine/retry', { code: 'quota-exceeded' })).body).toEqual({ objects: 0 })
  })

  const wrong: [string, string, object, number, string][] = [
    ['an object that is not there', `${randomUUID()}/retry`, {}, 404, 'not-quarantined'],
    ['an object that arrived', `${ada.objectGuid}/retry`, {}, 404, 'not-quarantined'],
    ['an object whose data are wrong', `${cy.objectGuid}/retry`, {}, 409, 'nothing-refused'],
    ['a code of the rules', 'retry', { code: 'upn-invalid-character' }, 400, 'invalid-request'],
    ['no object', 'ada/retry', {}, 400, 'invalid-request']
  ]
  it.each(wrong)('is refused for %s', async (_what, path, body, status, kind) => {
    expect(await api.post(`/v1/quarantine/${path}`, body)).toMatchObject({
      status,
      body: { type: `urn:opendirsync:problem:${kind}` }
    })
  })
})
