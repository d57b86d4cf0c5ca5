import { randomUUID } from 'node:crypto'
import { queues as definitions, type FixesRequested } from '@opendirsync/contracts'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connector, namingContext } from '../store/fixtures.ts'
import { arrive, person } from './people.ts'
import { type Api, startApi } from './start-api.ts'

let api: Api
const spaced = person('Spaced', { mail: [' spaced@corp.example.test'] })
const spacedToo = person('Spaced Too', { mail: ['spacedtoo@corp.example.test '] })
const noUpn = person('Odd', { userPrincipalName: ['odd..name@corp.example.test'] })

beforeAll(async () => {
  api = await startApi()
  await api.store.connectors.register('hr', 'csv', 'csv:hr')
  await arrive(api, [spaced, spacedToo, noUpn, person('Clean')])
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

interface Item {
  readonly objectGuid: string
  readonly finding: {
    readonly attribute: string
    readonly code: string
    readonly value: string
    readonly fix?: object
  }
}

const getFindings = async (query = '') => {
  const { status, body } = await api.send({ method: 'GET', path: `/v1/readiness/findings${query}` })
  expect(status).toBe(200)
  return body as { items: Item[]; next?: string }
}
const request = (body: object) => api.send({ method: 'POST', path: '/v1/readiness/fixes', body })
const spaces = { connector, filter: { code: 'spaces-around', attribute: 'MAIL' } }

describe('what was found', () => {
  it('is counted', async () => {
    const { items } = await getFindings()
    const { status, body } = await api.send({ method: 'GET', path: '/v1/readiness' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ objects: 4, tenant: null })
    expect(body.errors + body.warnings).toBe(items.length)
    expect(body.fixable).toBe(items.filter(({ finding }) => finding.fix !== undefined).length)
    expect(body.counts).toContainEqual(
      expect.objectContaining({ code: 'spaces-around', attribute: 'mail', findings: 2, fixable: 2 })
    )
  })

  it('tells what it knows of the tenant', async () => {
    const tenantId = randomUUID()
    await api.store.tenant.remember({
      tenantId,
      displayName: 'Corp',
      initialDomain: 'corp.onmicrosoft.com',
      verifiedDomains: ['corp.onmicrosoft.com']
    })
    const known = await api.send({ method: 'GET', path: '/v1/readiness' })
    expect(known.body.tenant).toEqual({ verifiedDomains: ['corp.onmicrosoft.com'], snapshotAt: null })
    await api.store.tenant.endSnapshot(await api.store.tenant.beginSnapshot())
    const listed = await api.send({ method: 'GET', path: '/v1/readiness' })
    expect(listed.body.tenant.snapshotAt).toEqual(expect.any(String))
  })

  it('is listed page by page, and filtered', async () => {
    const all = await getFindings()
    const pages: Item[] = []
    let after = ''
    do {
      const { items, next } = await getFindings(`?limit=1${after}`)
      expect(new Set(items.map(({ objectGuid }) => objectGuid)).size).toBe(1)
      pages.push(...items)
      after = next === undefined ? '' : `&after=${encodeURIComponent(next)}`
    } while (after !== '')
    expect(pages).toEqual(all.items)

    const ofMail = await getFindings('?code=spaces-around&attribute=mail')
    expect(ofMail.items).toHaveLength(2)
    expect(ofMail.items[0]).toMatchObject({
      connector,
      dn: expect.stringMatching(/^CN=Spaced/),
      objectClass: 'user',
      finding: { code: 'spaces-around', attribute: 'mail', fix: { action: 'replace' } },
      since: expect.any(String)
    })
    const ofOne = await getFindings(`?objectGuid=${spaced.objectGuid}`)
    expect(new Set(ofOne.items.map(({ objectGuid }) => objectGuid))).toEqual(new Set([spaced.objectGuid]))
    expect(await getFindings('?connector=hr')).toEqual({ items: [] })
    const bySeverity = await Promise.all([getFindings('?severity=error'), getFindings('?severity=warning')])
    expect(bySeverity.flatMap(({ items }) => items)).toHaveLength(all.items.length)
    expect((await api.send({ method: 'GET', path: '/v1/readiness/findings?after=x' })).status).toBe(400)
    expect((await api.send({ method: 'GET', path: '/v1/readiness/findings?severity=fatal' })).status).toBe(
      400
    )
  })
})

describe('the report', () => {
  const report = (accept?: string, query = '') =>
    api.send({
      method: 'GET',
      path: `/v1/readiness/report${query}`,
      headers: accept === undefined ? {} : { accept }
    })

  it('is all findings as JSON', async () => {
    const { body, headers, status } = await report()
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(body).toEqual((await getFindings('?limit=200')).items)
    expect((await report(undefined, '?code=nothing-like-it')).body).toEqual([])
  })

  it("is CSV with IdFix's columns", async () => {
    const { text, headers } = await report('text/csv', '?attribute=mail&code=spaces-around')
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toBe('attachment; filename="readiness.csv"')
    const [heading, ...lines] = text.replace(/\r\n$/, '').split('\r\n')
    expect(heading).toBe(
      '\ufeffDISTINGUISHEDNAME,COMMONNAME,OBJECTCLASS,ATTRIBUTE,ERROR,VALUE,UPDATE,PROPOSEDACTION,ACTION'
    )
    expect(lines).toHaveLength(2)
  })

  it('is text for a console, with the counts of what fits', async () => {
    const { text, headers } = await report(
      'text/plain',
      `?objectGuid=${spaced.objectGuid}&code=spaces-around`
    )
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(text).toMatch(/^(1 error, 0 warnings|0 errors, 1 warning)\n/)
    expect(text).toContain(`CN=Spaced,OU=People,${namingContext}`)
    expect((await report('text/plain', '?connector=hr')).text).toBe('Nothing was found.\n')
  })
})

describe('fixes', () => {
  it('are only shown unless they are asked for', async () => {
    const { status, body } = await request(spaces)
    expect(status).toBe(200)
    expect(body).toMatchObject({ connector, skipped: [], more: false })
    expect(body.fixes.map(({ from, to }: { from: string; to: string }) => [from, to]).toSorted()).toEqual([
      [' spaced@corp.example.test', 'spaced@corp.example.test'],
      ['spacedtoo@corp.example.test ', 'spacedtoo@corp.example.test']
    ])
    expect(body.fixes[0]).toMatchObject({
      attribute: 'mail',
      confidence: 'certain',
      codes: ['spaces-around']
    })
    expect((await api.send({ method: 'GET', path: '/v1/readiness/fixes' })).body).toEqual({ runs: [] })
  })

  it('that are a guess are taken only when that is said, each value once', async () => {
    const everything = { connector, filter: {}, confidence: 'any' }
    const any = (await request(everything)).body.fixes as {
      confidence: string
      objectGuid: string
      from: string
      attribute: string
    }[]
    const certain = (await request({ connector, filter: {} })).body.fixes as { confidence: string }[]
    expect(any.filter(({ confidence }) => confidence === 'certain')).toEqual(certain)
    expect(any.some(({ confidence }) => confidence === 'guess')).toBe(true)
    const values = any.map(({ objectGuid, attribute, from }) => `${objectGuid} ${attribute} ${from}`)
    expect(new Set(values).size).toBe(values.length)
  })

  it('can be chosen one by one', async () => {
    const { objectGuid } = noUpn
    const chosen = [
      { objectGuid, attribute: 'userPrincipalName' },
      { objectGuid: spaced.objectGuid, attribute: 'mail', value: 'another value' },
      { objectGuid: randomUUID(), attribute: 'mail' }
    ]
    const { status, body } = await request({ connector: connector.toUpperCase(), findings: chosen })
    expect(status).toBe(200)
    expect(body.connector).toBe(connector)
    expect(body.fixes).toMatchObject([
      { objectGuid, attribute: 'userPrincipalName', from: 'odd..name@corp.example.test' }
    ])
    expect(body.skipped).toEqual(
      chosen.slice(1).map(({ objectGuid: guid, attribute }) => ({
        objectGuid: guid,
        attribute,
        reason: expect.stringMatching(/no such finding/)
      }))
    )
  })

  it('of one run are bounded', async () => {
    const many = Array.from({ length: 11 }, (_each, index) => {
      const addresses = Array.from({ length: 950 }, (_one, at) => ` smtp:p${index}-${at}@corp.example.test`)
      return person(`Many ${index}`, { proxyAddresses: addresses })
    })
    await arrive(api, many)
    const { body } = await request({ connector, filter: { attribute: 'proxyAddresses' }, confidence: 'any' })
    expect(body.fixes).toHaveLength(10_000)
    expect(body.more).toBe(true)
    const gone = { complete: false, state: 'deleted', attributes: {} } as const
    await arrive(
      api,
      many.map(each => ({ ...each, ...gone }))
    )
    const { body: less } = await request({ connector, filter: {}, confidence: 'any' })
    expect(less.more).toBe(false)
  })

  it('become a run that wakes the importer, and can be taken back', async () => {
    const received: FixesRequested[] = []
    await using _importer = api.queues.consume(
      definitions.fixesRequested,
      { concurrency: 1, partition: connector },
      async message => {
        received.push(message)
        return 'seen'
      }
    )
    const { status, body, headers } = await request({ ...spaces, preview: false })
    expect(status).toBe(202)
    expect(headers.location).toBe(`/v1/readiness/fixes/${body.id}`)
    expect(body).toMatchObject({
      connector,
      requestedBy: 'tester',
      state: 'queued',
      counts: { pending: 2, applied: 0, 'changed-meanwhile': 0, refused: 0, gone: 0 }
    })
    await waitFor(() => received.some(({ fixRunId }) => fixRunId === body.id))

    const path = `/v1/readiness/fixes/${body.id}`
    const tooEarly = await api.send({ method: 'POST', path: `${path}/undo` })
    expect(tooEarly).toMatchObject({
      status: 409,
      body: { type: 'urn:opendirsync:problem:fixes-impossible' }
    })

    // As the importer would.
    await api.store.fixes.takeRun(connector)
    const [first, second] = await api.store.fixes.pending(body.id, 10)
    if (first === undefined || second === undefined) throw new Error('the run has two fixes')
    const ldif = `\ndn: ${first.dn}\nchangetype: modify\n`
    await api.store.fixes.begin(first, { dn: first.dn, ldif })
    await api.store.fixes.record(first, { state: 'applied' })
    await api.store.fixes.record(second, { state: 'refused', message: 'The directory says no.' })
    await api.store.fixes.complete(body.id)

    const page = await api.send({ method: 'GET', path: `${path}?limit=1` })
    expect(page.body).toMatchObject({
      state: 'completed',
      counts: { pending: 0, applied: 1, refused: 1 },
      fixes: [{ position: 0, state: 'applied', undoable: true, attribute: 'mail' }],
      next: 0
    })
    expect((await api.send({ method: 'GET', path: `${path}?after=0` })).body.fixes).toMatchObject([
      { position: 1, state: 'refused', undoable: false, message: 'The directory says no.' }
    ])
    expect((await api.send({ method: 'GET', path: `${path}?state=refused` })).body.fixes).toHaveLength(1)

    const file = await api.send({ method: 'GET', path: `${path}/undo.ldif` })
    expect(file.text).toBe(`version: 1\n${ldif}`)
    expect(file.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(file.headers['content-disposition']).toBe(`attachment; filename="undo-${body.id}.ldif"`)
    expect((await api.send({ method: 'GET', path: `${path}/undo.ldif?position=1` })).text).toBe(
      'version: 1\n'
    )

    expect((await api.send({ method: 'POST', path: `${path}/undo?position=1` })).status).toBe(409)
    const undo = await api.send({ method: 'POST', path: `${path}/undo?position=0` })
    expect(undo).toMatchObject({ status: 202, body: { undoOf: body.id, counts: { pending: 1 } } })
    expect(undo.headers.location).toBe(`/v1/readiness/fixes/${undo.body.id}`)
    await waitFor(() => received.some(({ fixRunId }) => fixRunId === undo.body.id))

    const newest = await api.send({ method: 'GET', path: '/v1/readiness/fixes?limit=1' })
    expect(newest.body.runs).toMatchObject([{ id: undo.body.id }])
    const before = encodeURIComponent(newest.body.next)
    const older = await api.send({ method: 'GET', path: `/v1/readiness/fixes?before=${before}` })
    expect(older.body.runs).toMatchObject([{ id: body.id }])
  })

  const wrong: [name: string, body: object, status: number, kind: string][] = [
    ['neither findings nor a filter', { connector }, 400, 'invalid-request'],
    [
      'both',
      { ...spaces, findings: [{ objectGuid: randomUUID(), attribute: 'mail' }] },
      400,
      'invalid-request'
    ],
    [
      'a confidence of chosen findings',
      { connector, confidence: 'any', findings: [{ objectGuid: randomUUID(), attribute: 'mail' }] },
      400,
      'invalid-request'
    ],
    ['an unknown connector', { ...spaces, connector: 'nowhere' }, 400, 'connector-unknown'],
    ['a file', { ...spaces, connector: 'hr' }, 409, 'connector-kind'],
    ['nothing that fits', { connector, filter: { code: 'x' }, preview: false }, 409, 'nothing-to-fix'],
    [
      'findings that are not there',
      { connector, findings: [{ objectGuid: randomUUID(), attribute: 'mail' }], preview: false },
      409,
      'nothing-to-fix'
    ]
  ]
  it.each(wrong)('are refused for %s', async (_name, body, status, kind) => {
    expect(await request(body)).toMatchObject({ status, body: { type: `urn:opendirsync:problem:${kind}` } })
  })

  it('of runs that nobody knows are not found', async () => {
    const path = `/v1/readiness/fixes/${randomUUID()}`
    for (const [method, end] of [
      ['GET', ''],
      ['GET', '/undo.ldif'],
      ['POST', '/undo']
    ] as const) {
      expect(await api.send({ method, path: `${path}${end}` })).toMatchObject({
        status: 404,
        body: { type: 'urn:opendirsync:problem:fix-run-unknown' }
      })
    }
    const noDay = encodeURIComponent(`2026-13-41T00:00:00.000000Z|${randomUUID()}`)
    expect((await api.send({ method: 'GET', path: `/v1/readiness/fixes?before=${noDay}` })).status).toBe(400)
  })
})
