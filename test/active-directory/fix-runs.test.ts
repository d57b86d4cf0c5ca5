import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectDirectory, type DirectoryConnection, guidDn } from '@opendirsync/active-directory'
import { PermanentError, UnavailableError } from '@opendirsync/contracts'
import { createLogger } from '@opendirsync/runtime'
import { type Fixes, type FixRun, type NewFix, openStore, type Store } from '@opendirsync/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyFixes } from '../../services/import/src/directory/apply-fixes.ts'
import { ownDatabase } from '../support/own-database.ts'
import { type DomainFixture, startDomainFixture, userPassword } from './domain-fixture.ts'
import { type Attributes, addPeople, addPerson, mail } from './fix-people.ts'
import { ldapModify } from './ldap-modify.ts'

const connector = 'corp.example.test'
const requestedBy = 'api:test'
const log = createLogger({ name: 'test', destination: { write: () => {} } })

describe('runs of fixes', () => {
  const stack = new AsyncDisposableStack()
  let fixture: DomainFixture
  let store: Store

  beforeAll(async () => {
    const [domain, database] = await Promise.all([startDomainFixture(), ownDatabase()])
    fixture = stack.use(domain)
    stack.use(database)
    store = stack.use(await openStore({ url: database.url }))
  })
  afterAll(() => stack.disposeAsync())

  const never = new AbortController().signal
  const apply = (
    run: FixRun,
    connection: DirectoryConnection = fixture.connection,
    fixes: Fixes = store.fixes
  ) => applyFixes({ connector, fixes, log }, connection, { run, signal: never })

  const person = (attributes?: Attributes) => addPerson(fixture, attributes)
  const people = (count: number) => addPeople(fixture, count)

  /** What fixes may write, of the given objects, in the order in which they are given. */
  async function snapshot(guids: readonly string[]): Promise<unknown[]> {
    const attributes = [
      'mail',
      'givenName',
      'proxyAddresses',
      'sAMAccountName',
      'userPrincipalName',
      'displayName'
    ]
    return Promise.all(
      guids.map(async guid => {
        for await (const entry of fixture.connection.search({
          base: guidDn(guid),
          scope: 'base',
          attributes
        })) {
          return entry.attributes
            .map(({ name, values }) => [name, values.map(String).sort()])
            .sort(([one], [other]) => String(one).localeCompare(String(other)))
        }
        return undefined
      })
    )
  }

  async function states(run: FixRun): Promise<string[]> {
    const { fixes } = await store.fixes.read(run.id, { limit: 1_000 })
    return fixes.map(({ state, undoable }) => (undoable ? `${state}, undoable` : state))
  }

  async function undoFile(run: FixRun): Promise<string> {
    let text = ''
    for await (const piece of store.fixes.undoLdif(run.id)) text += piece
    const file = join(fixture.domain.files.folder, `${run.id}.ldif`)
    await writeFile(file, text)
    return file
  }

  it('carries out what can be done, tells of the rest, and is taken back by ldapmodify and by another run', async () => {
    const [plain, busy, taken, gone, many] = await Promise.all([
      person({ mail: 'old@x.test' }),
      person({ mail: 'other@x.test' }),
      person({ sAMAccountName: 'hers' }),
      person(),
      person({ proxyAddresses: ['SMTP:a@x.test', 'smtp:b@x.test'], displayName: 'jane DOE ' })
    ])
    await person({ sAMAccountName: 'his' })
    await fixture.connection.delete(gone.dn)
    const guids = [plain, busy, taken, many].map(({ objectGuid }) => objectGuid)
    const before = await snapshot(guids)
    const address = { ...many, attribute: 'proxyAddresses' } as const
    const run = await store.fixes.create({
      connector,
      requestedBy,
      fixes: [
        mail(plain),
        mail(busy),
        { ...taken, attribute: 'sAMAccountName', action: 'replace', from: 'hers', to: 'his' },
        mail(gone),
        { ...address, action: 'replace', from: 'SMTP:a@x.test', to: 'smtp:a@x.test' },
        { ...address, action: 'add-value', from: null, to: 'SMTP:c@x.test' },
        { ...address, action: 'remove-value', from: 'smtp:b@x.test', to: null },
        { ...address, action: 'replace', from: 'smtp:a@x.test', to: 'smtp:A@x.test' },
        { ...many, attribute: 'displayName', action: 'replace', from: 'jane DOE ', to: 'Jane Doe' },
        { ...plain, attribute: 'userAccountControl', action: 'replace', from: '512', to: '66048' }
      ]
    })
    expect(run).toMatchObject({
      connector,
      requestedBy,
      state: 'queued',
      counts: { pending: 10, applied: 0 }
    })
    await apply(run)
    expect(await states(run)).toEqual([
      'applied, undoable',
      'changed-meanwhile',
      'refused',
      'gone',
      ...Array<string>(5).fill('applied, undoable'),
      'refused'
    ])
    expect(await store.fixes.get(run.id)).toMatchObject({
      state: 'completed',
      counts: { pending: 0, applied: 6, 'changed-meanwhile': 1, refused: 2, gone: 1 }
    })
    const after = await snapshot(guids)
    expect(after).not.toEqual(before)
    const journal = await store.journal.ofObject(plain.objectGuid, 10)
    expect(journal).toMatchObject([
      { step: 'fixed', detail: { attribute: 'mail', from: 'old@x.test', to: 'new@x.test', fixRun: run.id } }
    ])

    await ldapModify(fixture.server, await undoFile(run))
    expect(await snapshot(guids)).toEqual(before)

    const again = await store.fixes.create({
      connector,
      requestedBy,
      fixes: (await store.fixes.read(run.id, { limit: 10, state: 'applied' })).fixes
    })
    await apply(again)
    expect(await snapshot(guids)).toEqual(after)
    const undo = await store.fixes.createUndo(again.id, { requestedBy })
    expect(undo).toMatchObject({ undoOf: again.id, counts: { pending: 6 } })
    await apply(undo)
    expect(await snapshot(guids)).toEqual(before)
    const redo = await store.fixes.createUndo(undo.id, { requestedBy })
    await apply(redo)
    expect(await snapshot(guids)).toEqual(after)
  })

  it('takes back one fix alone, and only where nobody has changed the value since', async () => {
    const who = await people(3)
    const [first, second] = who
    if (first === undefined || second === undefined) throw new Error('nobody is there')
    const run = await store.fixes.create({ connector, requestedBy, fixes: who.map(one => mail(one)) })
    await expect(store.fixes.createUndo(run.id, { requestedBy })).rejects.toThrow(/not ended/)
    await apply(run)
    const one = await store.fixes.createUndo(run.id, { requestedBy, positions: [1] })
    await apply(one)
    const values = async () => (await snapshot(who.map(({ objectGuid }) => objectGuid))).map(String)
    expect((await values()).map(text => text.includes('old@x.test'))).toEqual([false, true, false])
    await fixture.connection.modify(first.dn, [
      { operation: 'replace', attribute: 'mail', values: ['own@x.test'] }
    ])
    const rest = await store.fixes.createUndo(run.id, { requestedBy })
    await apply(rest)
    expect(await states(rest)).toEqual(['applied, undoable', 'applied', 'changed-meanwhile'])
    expect((await values())[0]).toContain('own@x.test')
    await expect(store.fixes.createUndo(run.id, { requestedBy, positions: [99] })).rejects.toThrow(
      /nothing to take/
    )
    await expect(store.fixes.createUndo(randomUUID(), { requestedBy })).rejects.toBeInstanceOf(PermanentError)
  })

  it('goes on where it was broken off, and keeps how to take back what was written but not put down', async () => {
    const who = await people(6)
    const guids = who.map(({ objectGuid }) => objectGuid)
    const before = await snapshot(guids)
    const run = await store.fixes.create({ connector, requestedBy, fixes: who.map(one => mail(one)) })
    let left = 2
    const dying: Fixes = {
      ...store.fixes,
      async record(...args) {
        if (left-- === 0) throw new UnavailableError('postgres', 'gone')
        await store.fixes.record(...args)
      }
    }
    await expect(apply(run, fixture.connection, dying)).rejects.toThrow('gone')
    expect((await store.fixes.get(run.id))?.counts).toMatchObject({ applied: 2, pending: 4 })
    expect(await store.fixes.takeRun(connector)).toMatchObject({ id: run.id, state: 'running' })
    await apply(run)
    expect(await states(run)).toEqual(Array<string>(6).fill('applied, undoable'))
    for (const guid of guids) expect(await store.journal.ofObject(guid, 10)).toHaveLength(1)
    await ldapModify(fixture.server, await undoFile(run))
    expect(await snapshot(guids)).toEqual(before)
  })

  it('tells of each missing right, and goes on', async () => {
    const [first, second, third] = await people(3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('nobody is there')
    const { dn: accountDn } = await person({ userPrincipalName: 'clerk@corp.example.test' })
    const account = { bindDn: 'clerk@corp.example.test', password: userPassword }
    await using clerk = await connectDirectory({ ...fixture.server, ...account })
    const run = await store.fixes.create({
      connector,
      requestedBy,
      fixes: [
        mail(first),
        mail(second, { from: 'x', to: 'old@x.test' }),
        mail(third, { action: 'clear', to: null })
      ]
    })
    await apply(run, clerk)
    expect(await states(run)).toEqual(['refused', 'applied', 'refused'])
    const { fixes } = await store.fixes.read(run.id, { limit: 10, state: 'refused' })
    expect(fixes.map(({ message }) => message)).toEqual(
      [first, third].map(({ dn }) => expect.stringContaining(`may not write mail of ${dn}.`))
    )
    await fixture.connection.delete(accountDn)
  })

  it('lists runs and fixes in pages, and refuses what it cannot keep', async () => {
    const other = 'other.example.test'
    const [who] = await people(1)
    if (who === undefined) throw new Error('nobody is there')
    const ids: string[] = []
    for (let at = 0; at < 3; at++) {
      const fixes = Array.from({ length: 1_500 }, (_, place) => mail(who, { to: `${place}@x.test` }))
      ids.unshift((await store.fixes.create({ connector: other, requestedBy, fixes })).id)
    }
    const first = await store.fixes.list({ connector: other, limit: 2 })
    const second = await store.fixes.list({ connector: other, limit: 2, before: first.next ?? '' })
    expect([...first.runs, ...second.runs].map(({ id }) => id)).toEqual(ids)
    expect(second.next).toBeUndefined()
    const [newest = ''] = ids
    const places: string[] = []
    let after: number | undefined
    do {
      const page = await store.fixes.read(newest, { limit: 700, ...(after !== undefined && { after }) })
      places.push(...page.fixes.map(({ to }) => String(to)))
      after = page.next
    } while (after !== undefined)
    expect(places).toEqual(Array.from({ length: 1_500 }, (_, place) => `${place}@x.test`))
    const create = (fixes: NewFix[]) => store.fixes.create({ connector, requestedBy, fixes })
    await expect(create([])).rejects.toBeInstanceOf(PermanentError)
    await expect(create([mail(who, { to: 'a\0b' })])).rejects.toThrow(/Fix 1 .*NUL/)
  })
})
