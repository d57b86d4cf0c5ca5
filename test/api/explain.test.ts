import { randomUUID } from 'node:crypto'
import { anchorOfGuid, ruleSetOf } from '@opendirsync/rules'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connector, namingContext, stage } from '../store/fixtures.ts'
import { arrive, person, settle } from './people.ts'
import { type Api, startApi } from './start-api.ts'

let api: Api
const ada = person('Ada/Lovelace', { department: ['Analysis'], mail: ['ada@corp.example.test'] })
const adaName = 'adalovelace@corp.example.test'
const system = person('System', { isCriticalSystemObject: ['TRUE'] })

beforeAll(async () => {
  api = await startApi()
  await arrive(api, [ada, system])
}, 60_000)
afterAll(() => api[Symbol.asyncDispose]())

const explain = async (name: string, query = '') => {
  const { status, body } = await api.send({
    method: 'GET',
    path: `/v1/objects/${encodeURIComponent(name)}/explain${query}`
  })
  return { status, body, found: body.found?.[0], all: body.found }
}
const attributeOf = (attributes: { attribute: string }[], name: string) =>
  attributes.find(({ attribute }) => attribute === name)

describe('an object is found', () => {
  const names: [by: string, name: () => string][] = [
    ['its objectGUID', () => ada.objectGuid],
    ['its objectGUID in upper case', () => ada.objectGuid.toUpperCase()],
    ['its distinguished name', () => ada.dn ?? ''],
    ['its distinguished name in other case', () => (ada.dn ?? '').toUpperCase()],
    ['its userPrincipalName', () => adaName.toUpperCase()],
    ['its immutableId', () => anchorOfGuid(ada.objectGuid)]
  ]
  it.each(names)('by %s', async (_by, name) => {
    const { status, all } = await explain(name())
    expect(status).toBe(200)
    expect(all).toHaveLength(1)
    expect(all[0].objects).toMatchObject([{ connector, objectGuid: ada.objectGuid, dn: ada.dn }])
  })

  it('by a long name, too', async () => {
    const dn = `CN=Long,${'OU=Öffentlichkeitsarbeit,'.repeat(20)}${namingContext}`
    const long = person('Long', {}, { dn })
    await arrive(api, [long])
    expect((await explain(dn)).found.objects[0].objectGuid).toBe(long.objectGuid)
  })

  it('or not, and then the answer says what was tried', async () => {
    for (const name of [randomUUID(), 'CN=nobody', 'nobody@corp.example.test']) {
      const { status, body } = await explain(name)
      expect(status).toBe(404)
      expect(body.type).toBe('urn:opendirsync:problem:object-unknown')
      expect(body.detail).toContain(name)
      expect(body.detail).toMatch(/objectGUID, distinguished name, userPrincipalName and immutableId/)
    }
  })
})

describe('an explanation', () => {
  it('has the way of each attribute from the directory to the tenant', async () => {
    const { body, found } = await explain(ada.objectGuid)
    expect(body.revision).toBe((await api.store.rules.inForce()).revision)
    expect(found.entry).toMatchObject({ objectType: 'user', sourceAnchor: anchorOfGuid(ada.objectGuid) })
    expect(found.objects[0]).toMatchObject({
      objectClass: 'user',
      pending: false,
      judgement: { outcome: 'in-scope', objectType: 'user', sourceAnchor: anchorOfGuid(ada.objectGuid) },
      rules: expect.arrayContaining([expect.objectContaining({ fits: true })])
    })
    expect(attributeOf(found.metaverse, 'department')).toMatchObject({
      value: 'Analysis',
      winner: {
        rule: expect.any(String),
        how: expect.any(String),
        sources: { department: ['Analysis'] },
        object: { connector, objectGuid: ada.objectGuid }
      }
    })
    expect(attributeOf(found.tenant, 'department')).toMatchObject({
      value: 'Analysis',
      winner: { sources: { department: 'Analysis' } }
    })
    expect(found.outboundRules).toContainEqual(expect.objectContaining({ fits: true }))
    expect(found.tenantObject).toMatchObject({ state: 'present', entraId: expect.any(String) })
    expect(found.pendingExport).toEqual({ operation: 'none', changes: [] })
    expect(found.problems).toEqual([])
    expect(found.journal.map(({ step }: { step: string }) => step)).toEqual(
      expect.arrayContaining(['staged', 'synchronised', 'exported'])
    )
    expect(found).not.toHaveProperty('change')
  })

  it('says why an object is out of scope, and writes nothing', async () => {
    const before = await api.store.summary.read()
    const { found } = await explain(system.objectGuid)
    expect(found).not.toHaveProperty('entry')
    expect(found.objects).toMatchObject([
      {
        judgement: { outcome: 'out-of-scope', reason: { code: expect.any(String) } },
        excludedBy: expect.any(String),
        rules: []
      }
    ])
    expect(found).toMatchObject({
      metaverse: [],
      tenant: [],
      tenantObject: { state: 'absent' },
      pendingExport: { operation: 'none' }
    })
    expect(await api.store.summary.read()).toEqual(before)
  })

  it('has what waits: for synchronisation, and for the tenant', async () => {
    const { store } = api
    const bob = person('Bob')
    const synchronise = async () =>
      store.metaverse.synchronise({
        connector,
        objectGuids: [bob.objectGuid],
        rules: ruleSetOf(await store.rules.inForce())
      })
    await stage(store, [bob])
    const fresh = await explain(bob.objectGuid)
    expect(fresh.found).toMatchObject({ objects: [{ pending: true, judgement: { outcome: 'in-scope' } }] })
    expect(fresh.found).not.toHaveProperty('entry')
    expect(attributeOf(fresh.found.tenant, 'displayName')).toMatchObject({ value: 'Bob' })

    await synchronise()
    const created = (await explain(bob.objectGuid)).found
    expect(created.objects[0].pending).toBe(false)
    expect(created.pendingExport).toMatchObject({
      operation: 'create',
      changes: expect.arrayContaining([{ attribute: 'displayName', after: 'Bob' }])
    })

    await settle(api)
    await stage(store, [{ ...bob, attributes: { ...bob.attributes, displayName: ['Robert'] } }])
    await synchronise()
    const changed = (await explain(bob.objectGuid)).found.pendingExport
    expect(changed.operation).toBe('update')
    expect(changed.changes).toEqual([{ attribute: 'displayName', before: 'Bob', after: 'Robert' }])

    await settle(api)
    const dn = (await explain(bob.objectGuid)).found.objects[0].dn
    await stage(store, [{ ...bob, attributes: { ...bob.attributes, isCriticalSystemObject: ['TRUE'] } }])
    await synchronise()
    expect((await explain(dn)).found).toMatchObject({
      objects: [{ judgement: { outcome: 'out-of-scope' } }],
      tenantObject: { state: 'present' },
      pendingExport: { operation: 'delete', changes: [] }
    })
    await arrive(api, [{ ...bob, complete: false, state: 'deleted', attributes: {} }])
    expect((await explain(bob.objectGuid)).status).toBe(404)
  })

  it('has the findings of readiness', async () => {
    const spaced = person('Spaced', { mail: [' spaced@corp.example.test'] })
    await arrive(api, [spaced])
    expect((await explain(spaced.objectGuid)).found.objects[0].findings).toContainEqual(
      expect.objectContaining({
        attribute: 'mail',
        code: 'spaces-around',
        value: ' spaced@corp.example.test'
      })
    )
  })

  it('shows the problems that rules and synchronisation have', async () => {
    const first = person('First', { userPrincipalName: ['same@corp.example.test'] })
    const second = person('Second', { userPrincipalName: ['same@corp.example.test'] })
    await arrive(api, [first])
    await arrive(api, [second])
    const { all } = await explain('same@corp.example.test')
    expect(all).toHaveLength(2)
    const problems = all.flatMap((one: { problems: { foundBy: string; code: string }[] }) => one.problems)
    expect(problems).toContainEqual(
      expect.objectContaining({ foundBy: 'synchronisation', attribute: 'userPrincipalName' })
    )
  })

  it('shows objects of several forests that are one person', async () => {
    const sid = 'S-1-5-21-1-2-3-1001'
    const account = person('Eve', {}, { objectSid: sid })
    const mailbox = person(
      'Eve Mailbox',
      {
        msExchMasterAccountSid: [sid],
        userAccountControl: ['514'],
        mailNickname: ['eve'],
        extensionAttribute1: ['from the mailbox']
      },
      { objectSid: 'S-1-5-21-9-8-7-2002' }
    )
    await arrive(api, [account])
    await arrive(api, [mailbox], 'other.example.test')
    const { all } = await explain(mailbox.objectGuid)
    expect(all).toHaveLength(1)
    expect(all[0].objects.map(({ connector: name }: { connector: string }) => name)).toEqual([
      connector,
      'other.example.test'
    ])
    expect(all[0].objects[0]).not.toHaveProperty('joinedBy')
    expect(all[0].objects[1].joinedBy).toMatch(/sid/)
    expect((await explain(anchorOfGuid(account.objectGuid))).all).toEqual(all)
    const enabled = attributeOf(all[0].tenant, 'accountEnabled')
    expect(enabled).toMatchObject({ value: true })
  })

  it('is one for each directory that has the same objectGUID', async () => {
    const twice = person('Twice')
    await arrive(api, [twice])
    await arrive(api, [twice], 'third.example.test')
    const { all } = await explain(twice.objectGuid)
    expect(all.map((one: { objects: { connector: string }[] }) => one.objects[0]?.connector)).toEqual([
      connector,
      'third.example.test'
    ])
    expect(all[1].problems).toContainEqual(expect.objectContaining({ foundBy: 'synchronisation' }))
    expect(all[1]).not.toHaveProperty('entry')
  })
})

describe('under other rules', () => {
  const text = `version: 1
rules:
  - name: Own - department
    objectType: user
    precedence: 20
    flows: [{ target: department, expression: 'UCase([department])' }]
`
  const preview = (body: object | string, name = ada.objectGuid) =>
    api.send({ method: 'POST', path: `/v1/objects/${encodeURIComponent(name)}/preview`, body })

  it('an object is shown as it would be, with the difference', async () => {
    const { status, body } = await preview(text)
    expect(status).toBe(200)
    const [found] = body.found
    expect(attributeOf(found.metaverse, 'department')).toMatchObject({
      value: 'ANALYSIS',
      winner: { rule: 'Own - department' }
    })
    expect(found.change).toMatchObject({
      kind: 'changed',
      objectType: 'user',
      attributes: [{ attribute: 'department', before: 'Analysis', after: 'ANALYSIS' }]
    })
    expect((await explain(ada.objectGuid)).found).not.toHaveProperty('change')
  })

  it('of a version that is kept, too', async () => {
    const version = await api.store.rules.propose(text, 'tester')
    const { found } = await explain(ada.objectGuid, `?rules=version:${version}`)
    expect(found.change).toMatchObject({ kind: 'changed' })
    expect((await preview({ version })).body.found[0]).toEqual(found)
    expect((await explain(ada.objectGuid, '?rules=default')).found.change).toEqual({ kind: 'none' })
    expect((await preview({ version: null })).body.found[0].change).toEqual({ kind: 'none' })
    expect((await explain(ada.objectGuid, '?rules=version:9999')).status).toBe(404)
    expect((await explain(ada.objectGuid, '?rules=x')).status).toBe(400)
  })

  it('that are faulty nothing is shown', async () => {
    expect(await preview('version: 2\n')).toMatchObject({
      status: 400,
      body: { type: 'urn:opendirsync:problem:rules-faulty', errors: [{ line: 1 }] }
    })
    expect((await preview(text, randomUUID())).status).toBe(404)
  })
})
