import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noContractors } from './rules-text.ts'
import { type Api, type ApiRequest, startApi } from './start-api.ts'

let api: Api
beforeAll(async () => {
  api = await startApi()
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

const put = (body: string | object, revision?: number | '*') =>
  api.send({ method: 'PUT', path: '/v1/rules', body, ...ifMatch(revision) })

function ifMatch(revision?: number | '*'): Pick<ApiRequest, 'headers'> {
  if (revision === undefined) return {}
  return { headers: { 'if-match': revision === '*' ? '*' : `"${revision}"` } }
}

const revisionNow = async () => (await api.store.rules.inForce()).revision

describe('the rules in force', () => {
  it('are the default ones at first', async () => {
    const { status, body, headers } = await api.send({ method: 'GET', path: '/v1/rules' })
    expect({ status, body }).toEqual({
      status: 200,
      body: { revision: 0, version: null, text: null, settings: {} }
    })
    expect(headers.etag).toBe('"0"')
  })

  it('are shown as a table, own and default ones', async () => {
    const { status, body } = await api.send({ method: 'GET', path: '/v1/rules/flows' })
    expect(status).toBe(200)
    const names: string[] = body.rules.map((rule: { name: string }) => rule.name)
    expect(new Set(names).size).toBe(names.length)
    const upn = body.rules
      .filter(
        (rule: { direction: string; objectType: string }) =>
          rule.direction === 'outbound' && rule.objectType === 'user'
      )
      .flatMap((rule: { flows: object[] }) => rule.flows)
      .find((flow: { target: string }) => flow.target === 'userPrincipalName')
    expect(upn).toMatchObject({ sources: expect.any(Array), how: expect.any(String) })
    const excludes = body.rules.flatMap((rule: { excludes: object[] }) => rule.excludes)
    expect(excludes).toContainEqual(
      expect.objectContaining({
        when: expect.any(String),
        code: expect.any(String),
        message: expect.any(String)
      })
    )
  })

  it('are kept as a version, put in force and shown', async () => {
    const { status, body, headers } = await put(noContractors, 0)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      version: 1,
      text: noContractors,
      resynchronising: { touched: 0, all: false }
    })
    expect(headers.location).toBe('/v1/rules/versions/1')
    expect(headers.etag).toBe(`"${body.revision}"`)
    const yaml = await api.send({ method: 'GET', path: '/v1/rules', headers: { accept: 'application/yaml' } })
    expect(yaml.headers['content-type']).toMatch(/^application\/yaml/)
    expect(yaml.text).toBe(noContractors)
    const flows = await api.send({ method: 'GET', path: '/v1/rules/flows' })
    expect(flows.body.rules[0]).toEqual({
      name: 'Own - no contractors',
      direction: 'inbound',
      objectType: 'user',
      precedence: 10,
      origin: 'own',
      scope: 'employeeType is "contractor"',
      excludes: [
        {
          when: 'employeeType is "contractor"',
          code: 'excluded-by-rule',
          message: 'Contractors have accounts of their own.'
        }
      ],
      flows: []
    })
  })

  it('take JSON, and tell their settings', async () => {
    const text = 'version: 1\nsettings: { join: mail }\n'
    const { status, body } = await put({ text }, await revisionNow())
    expect(status).toBe(200)
    expect(body).toMatchObject({ text, settings: { join: 'mail' } })
  })

  it('change nobody else’s change', async () => {
    const revision = await revisionNow()
    const versions = await api.store.rules.versions({ limit: 100 })
    expect((await put(noContractors)).status).toBe(428)
    expect((await put(noContractors, revision + 1)).body).toMatchObject({
      status: 412,
      type: 'urn:opendirsync:problem:changed-meanwhile'
    })
    const remove = { method: 'DELETE', path: '/v1/rules' } as const
    expect((await api.send(remove)).status).toBe(428)
    expect((await api.send({ ...remove, ...ifMatch(revision - 1) })).status).toBe(412)
    expect(await revisionNow()).toBe(revision)
    expect(await api.store.rules.versions({ limit: 100 })).toEqual(versions)
    const any = await api.send({ ...remove, ...ifMatch('*') })
    expect(any).toMatchObject({ status: 200, body: { version: null, text: null, revision: revision + 1 } })
    expect(any.headers).not.toHaveProperty('location')
  })

  it('are refused with all of their faults', async () => {
    const revision = await revisionNow()
    const text =
      'version: 1\nrules:\n  - name: A\n    objectType: user\n    precedence: 100\n    colour: red\n'
    for (const answer of [
      await put(text, revision),
      await api.send({ method: 'POST', path: '/v1/rules/preview', body: text })
    ]) {
      expect(answer.status).toBe(400)
      expect(answer.body.type).toBe('urn:opendirsync:problem:rules-faulty')
      expect(answer.body.errors.length).toBeGreaterThanOrEqual(2)
      expect(answer.body.errors).toContainEqual({
        pointer: '/body',
        line: 5,
        column: 17,
        path: 'rules[0].precedence',
        detail: expect.stringMatching(/\S/)
      })
    }
    expect(await revisionNow()).toBe(revision)
  })

  it('may be larger than other bodies, and not of any kind', async () => {
    const comment = `# ${'x'.repeat(98)}\n`
    const large = comment.repeat(5_000) + noContractors
    expect((await put(large, '*')).status).toBe(200)
    const larger = comment.repeat(11_000) + noContractors
    expect((await put(larger, '*')).body).toMatchObject({
      status: 400,
      errors: [{ detail: 'The file is larger than 1 MiB.' }]
    })
    expect((await put(comment.repeat(50_000), '*')).status).toBe(413)
    const csv = { 'content-type': 'text/csv', 'if-match': '*' }
    expect((await api.send({ method: 'PUT', path: '/v1/rules', body: 'a', headers: csv })).status).toBe(415)
    const plain = { 'content-type': 'text/plain', 'if-match': '*' }
    expect((await api.send({ method: 'PUT', path: '/v1/rules', body: 'a', headers: plain })).status).toBe(415)
    expect((await put({ text: 1 }, '*')).status).toBe(400)
    expect((await put({}, '*')).status).toBe(400)
    // Other routes take no YAML.
    expect((await api.send({ method: 'POST', path: '/v1/imports', body: 'mode: full' })).status).toBe(415)
  })
})

describe('versions', () => {
  it('are listed page by page, newest first, and can be put back', async () => {
    const first = await put('version: 1\nsettings: { join: none }\n', '*')
    const second = await put('version: 1\nsettings: { join: account }\n', '*')
    const page = await api.send({ method: 'GET', path: '/v1/rules/versions?limit=1' })
    expect(page.body.versions).toEqual([
      {
        version: second.body.version,
        author: 'tester',
        createdAt: expect.any(String),
        appliedAt: expect.any(String),
        inForce: true
      }
    ])
    const older = await api.send({
      method: 'GET',
      path: `/v1/rules/versions?limit=200&before=${page.body.next}`
    })
    expect(older.body.versions[0]).toMatchObject({ version: first.body.version, inForce: false })
    expect(older.body).not.toHaveProperty('next')

    const path = `/v1/rules/versions/${first.body.version}`
    expect((await api.send({ method: 'GET', path })).body).toMatchObject({
      text: 'version: 1\nsettings: { join: none }\n'
    })
    const yaml = await api.send({ method: 'GET', path, headers: { accept: 'text/html, application/yaml' } })
    expect(yaml.text).toBe('version: 1\nsettings: { join: none }\n')

    const apply = { method: 'POST', path: `${path}/apply` } as const
    expect((await api.send(apply)).status).toBe(428)
    expect((await api.send({ ...apply, ...ifMatch(second.body.revision + 5) })).status).toBe(412)
    const applied = await api.send({ ...apply, ...ifMatch(second.body.revision) })
    expect(applied).toMatchObject({
      status: 200,
      body: { version: first.body.version, revision: second.body.revision + 1, settings: { join: 'none' } }
    })
  })

  it('that are not there, or cannot be used any more, are refused', async () => {
    const unknown = { status: 404, body: { type: 'urn:opendirsync:problem:rules-version-unknown' } }
    expect(await api.send({ method: 'GET', path: '/v1/rules/versions/9999' })).toMatchObject(unknown)
    const apply = { method: 'POST', path: '/v1/rules/versions/9999/apply', ...ifMatch('*') } as const
    expect(await api.send(apply)).toMatchObject(unknown)
    expect((await api.send({ method: 'GET', path: '/v1/rules/versions/99999999999' })).status).toBe(400)

    const version = await api.store.rules.propose('version: 0\n', 'file')
    const faulty = {
      status: 409,
      body: { type: 'urn:opendirsync:problem:rules-faulty', errors: [{ line: 1 }] }
    }
    const path = `/v1/rules/versions/${version}/apply`
    expect(await api.send({ method: 'POST', path, ...ifMatch('*') })).toMatchObject(faulty)
    const preview = { method: 'POST', path: '/v1/rules/preview', body: { version } } as const
    expect(await api.send(preview)).toMatchObject(faulty)
  })

  it('say what is wrong when they are in force all the same', async () => {
    const { version: before } = await api.store.rules.inForce()
    const version = await api.store.rules.propose('version: 0\n', 'file')
    await api.store.rules.apply(version, undefined)
    expect(await api.send({ method: 'GET', path: '/v1/rules' })).toMatchObject({
      status: 200,
      body: { version, text: 'version: 0\n', faults: [{ line: 1, path: 'version' }] }
    })
    expect((await api.send({ method: 'GET', path: '/v1/rules/flows' })).status).toBe(503)
    await api.store.rules.apply(before, undefined)
  })
})
