import { promisify } from 'node:util'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connector, group } from '../store/fixtures.ts'
import { arrive, person, settle } from './people.ts'
import { noContractors } from './rules-text.ts'
import { type Api, key, startApi } from './start-api.ts'

let api: Api
beforeAll(async () => {
  api = await startApi()
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

const put = (body: string, revision: number) =>
  api.send({ method: 'PUT', path: '/v1/rules', body, headers: { 'if-match': `"${revision}"` } })

describe('a preview', () => {
  const count = 60
  const preview = (body: object | string) => api.send({ method: 'POST', path: '/v1/rules/preview', body })

  beforeAll(async () => {
    const people = Array.from({ length: count }, (_each, index) =>
      person(`Person ${index}`, {
        department: [index % 2 === 0 ? 'sales' : 'SALES'],
        ...(index % 3 === 0 && { employeeType: ['contractor'] })
      })
    )
    const team = group('Team', [], {
      attributes: { cn: ['Team'], sAMAccountName: ['team'], groupType: ['-2147483646'] }
    })
    const unit = person('Unit', {}, { objectClass: 'organizationalUnit' })
    const contact = person('Kim', { mail: ['kim@fabrikam.test'] }, { objectClass: 'contact' })
    await arrive(api, [...people, team, unit, contact])
  }, 60_000)

  it('promises what applying it does', async () => {
    const before = await api.store.summary.read()
    const { status, body } = await preview(noContractors)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      revision: (await api.store.rules.inForce()).revision,
      objects: count + 2,
      counts: {
        total: { added: 0, changed: 20, deleted: 20, blocked: 0, unseen: 0 },
        user: { changed: 20, deleted: 20 },
        group: { changed: 0, deleted: 0, unseen: 0 }
      },
      attributes: { department: 20 },
      newAttributes: []
    })
    expect(body.samples.changed[0]).toMatchObject({
      connector,
      kind: 'changed',
      dn: expect.stringMatching(/^CN=Person/),
      attributes: [{ attribute: 'department', before: 'sales', after: 'SALES' }]
    })
    expect(body.samples.deleted).toHaveLength(20)
    expect(body.samples.deleted[0].problems).toMatchObject([{ code: 'excluded-by-rule' }])
    expect(await api.store.summary.read()).toEqual(before)

    expect((await put(noContractors, body.revision)).status).toBe(200)
    expect(Map.groupBy(await settle(api), operation => operation)).toEqual(
      new Map([
        ['update', Array(20).fill('update')],
        ['delete', Array(20).fill('delete')]
      ])
    )
  })

  it('of the way back promises that, too', async () => {
    const { body } = await preview({ version: null })
    expect(body.counts.total).toEqual({ added: 20, changed: 20, deleted: 0, blocked: 0, unseen: 0 })
    const { version } = await api.store.rules.inForce()
    expect((await preview({ version })).body.counts.total).toMatchObject({ added: 0, changed: 0, deleted: 0 })
    await api.send({ method: 'DELETE', path: '/v1/rules', headers: { 'if-match': '*' } })
    const operations = await settle(api)
    expect(operations.filter(operation => operation === 'restore')).toHaveLength(20)
    expect(operations).toHaveLength(40)
  })

  it('tells of attributes that were never imported', async () => {
    const from = 'other.example.test'
    await api.store.connectors.register(from, 'active-directory', 'DC=other')
    const text =
      'version: 1\nrules:\n  - name: Own\n    objectType: user\n    precedence: 1\n    flows: [{ target: department, from: roomNumber }]\n'
    expect((await preview(text)).body.newAttributes).toEqual([])
    const { attributes } = { attributes: ['displayName'] }
    const page = { connector: from, namingContext: 'DC=other' }
    const full = await api.store.connectorSpace.beginFullImport(page, attributes)
    await api.store.connectorSpace.stagePage(
      { ...page, expected: undefined, mode: 'full', runId: crypto.randomUUID(), generation: full.generation },
      async () => ({
        to: { cookie: Buffer.from('1'), server: 'dc1', invocationId: undefined },
        more: false,
        acceptVanished: false
      })
    )
    const { body } = await preview(text)
    const missing = body.newAttributes.find((item: { connector: string }) => item.connector === from)
    expect(missing.attributes).toContain('roomNumber')
    expect(missing.attributes).not.toContain('displayName')
  })

  it('does not take what a problem keeps away for a delete', async () => {
    await arrive(api, [
      person('Blocked', { userPrincipalName: ['bl@ocked@corp.example.test'], employeeType: ['contractor'] })
    ])
    const { body } = await preview(noContractors)
    expect(body.counts.total).toMatchObject({ deleted: 20, unseen: 1 })
    expect(body.samples.unseen).toMatchObject([{ dn: expect.stringMatching(/^CN=Blocked/) }])
  })

  it('is one at a time, and ends when its caller hangs up', async () => {
    const url = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const { server } = api.app
    const connections = promisify(server.getConnections.bind(server))
    const began = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const { objects } = api.store
    const scan = objects.scan.bind(objects)
    let scans = 0
    Object.assign(objects, {
      async scan(page: Parameters<typeof scan>[0]) {
        scans += 1
        began.resolve()
        await held.promise
        return scan(page)
      }
    })
    try {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const hungUp = new AbortController()
      const first = fetch(`${url}/v1/rules/preview`, {
        method: 'POST',
        headers,
        body: '{"version":null}',
        signal: hungUp.signal
      }).catch((error: unknown) => error)
      await began.promise
      const second = await preview({ version: null })
      expect(second).toMatchObject({ status: 409, body: { type: 'urn:opendirsync:problem:preview-running' } })
      expect(second.headers['retry-after']).toBe('10')
      hungUp.abort()
      await first
      await waitFor(async () => (await connections()) === 0)
    } finally {
      held.resolve()
    }
    await expect.poll(async () => (await preview({ version: null })).status).toBe(200)
    // One page of the first, and the two of the last one: the page with everything, and the empty one after it.
    expect(scans).toBe(3)
    Object.assign(objects, { scan })
  })
})
