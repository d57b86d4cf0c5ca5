import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import {
  canReadDeletedObjects,
  connectDirectory,
  dirSync,
  guidFromBytes,
  importedClasses,
  readObject,
  restoreDeleted
} from '@opendirsync/active-directory'
import { type Cookie, CookieRefusedError, type DirectoryChange } from '@opendirsync/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addGroup,
  addUser,
  type DomainFixture,
  guidOf,
  readChanges,
  startDomainFixture,
  userPassword
} from './domain-fixture.ts'

const attributes = [
  'displayName',
  'description',
  'sAMAccountName',
  'cn',
  'objectSid',
  'userAccountControl',
  'member',
  'manager'
]
const ldapsearch = '/usr/bin/ldapsearch'

describe('DirSync against a domain', () => {
  let fixture: DomainFixture
  let cookie: Cookie

  beforeAll(async () => {
    fixture = await startDomainFixture()
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
  })

  async function everything(): Promise<DirectoryChange[]> {
    const read = await readChanges(fixture.connection, { namingContext: fixture.domain.baseDn, attributes })
    cookie = read.cookie
    return read.changes
  }

  async function news(): Promise<DirectoryChange[]> {
    const read = await readChanges(fixture.connection, {
      namingContext: fixture.domain.baseDn,
      attributes,
      cookie
    })
    cookie = read.cookie
    return read.changes
  }

  async function newsOf(dn: string): Promise<DirectoryChange | undefined> {
    return (await news()).find(change => change.dn === dn)
  }

  const replace = (dn: string, attribute: string, ...values: string[]) =>
    fixture.connection.modify(dn, [{ operation: 'replace', attribute, values }])

  it('reads everything, and then nothing', async () => {
    const changes = await everything()
    const administrator = changes.find(({ dn }) => dn?.startsWith('CN=Administrator,'))
    expect(administrator).toMatchObject({
      complete: true,
      state: 'present',
      objectClass: 'user',
      attributes: { cn: ['Administrator'], sAMAccountName: ['Administrator'] }
    })
    const root = changes.find(({ dn }) => dn === fixture.domain.baseDn)
    expect(root).toMatchObject({ objectClass: 'domainDNS' })
    expect(root).not.toHaveProperty('parentGuid')
    const admins = changes.find(({ dn }) => dn?.startsWith('CN=Domain Admins,'))
    expect(admins?.links).toEqual([{ attribute: 'member', added: [administrator?.objectGuid], removed: [] }])
    expect(await news()).toEqual([])
  })

  it.skipIf(!existsSync(ldapsearch))('reads the objects that another client reads', async () => {
    const { url, bindDn, password, baseDn } = fixture.domain
    const control = ['-s', 'sub', '-E', '!dirSync=0/0', importedClasses, 'objectGUID', 'name', 'isDeleted']
    const { stdout } = await promisify(execFile)(
      ldapsearch,
      ['-LLL', '-o', 'ldif-wrap=no', '-x', '-H', url, '-D', bindDn, '-w', password, '-b', baseDn, ...control],
      { env: { LDAPTLS_REQCERT: 'never' }, maxBuffer: 64 * 1024 * 1024 }
    )
    const guids = [...stdout.matchAll(/^objectGUID:: (.+)$/gm)].map(([, value = '']) =>
      guidFromBytes(Buffer.from(value, 'base64'))
    )
    expect(guids.length).toBeGreaterThan(100)
    const changes = await everything()
    expect(changes.map(change => change.objectGuid).sort()).toEqual(guids.sort())
  })

  it('gives chunks of the size asked for, and the cookie last', async () => {
    const kinds: string[] = []
    let total = 0
    for await (const step of dirSync(fixture.connection, {
      namingContext: fixture.domain.baseDn,
      attributes,
      chunkSize: 50
    })) {
      kinds.push(step.kind)
      if (step.kind === 'changes') {
        expect(step.changes.length).toBeLessThanOrEqual(50)
        total += step.changes.length
      }
    }
    expect(total).toBe((await everything()).length)
    expect(kinds.length).toBe(Math.ceil(total / 50) + 1)
    expect(kinds.lastIndexOf('changes')).toBe(kinds.indexOf('cookie') - 1)
  })

  it('reports a new user, a changed and a cleared attribute', async () => {
    await everything()
    const dn = await addUser(fixture, { displayName: 'Ada Müller', description: 'one' })
    const created = await newsOf(dn)
    expect(created).toMatchObject({
      objectGuid: await guidOf(fixture, dn),
      parentGuid: await guidOf(fixture, fixture.ou),
      objectClass: 'user',
      complete: false,
      state: 'present',
      attributes: { displayName: ['Ada Müller'], userAccountControl: ['512'] }
    })

    await replace(dn, 'displayName', 'Ada')
    expect((await newsOf(dn))?.attributes).toEqual({ displayName: ['Ada'] })
    await replace(dn, 'displayName')
    expect((await newsOf(dn))?.attributes).toEqual({ displayName: [] })
    await replace(dn, 'userAccountControl', '514')
    expect((await newsOf(dn))?.attributes).toEqual({ userAccountControl: ['514'] })
  })

  it('reports a rename and a move with the new DN and parent, and children of a renamed OU not at all', async () => {
    const { connection, ou, domain } = fixture
    const home = `OU=Home,${ou}`
    await connection.add(home, { objectClass: 'organizationalUnit' })
    const dn = await addUser(fixture)
    await everything()

    await connection.rename(dn, 'CN=Doe\\, Jane', home)
    const moved = await newsOf(`CN=Doe\\, Jane,${home}`)
    expect(moved).toMatchObject({
      parentGuid: await guidOf(fixture, home),
      attributes: { cn: ['Doe, Jane'] }
    })

    await connection.rename(home, 'OU=House', domain.baseDn)
    const changes = await news()
    expect(changes.map(change => change.dn)).toEqual([`OU=House,${domain.baseDn}`])
  })

  it('reports a manager set, changed and cleared', async () => {
    const [report, first, second] = [await addUser(fixture), await addUser(fixture), await addUser(fixture)]
    const [firstGuid, secondGuid] = [await guidOf(fixture, first), await guidOf(fixture, second)]
    await everything()

    await replace(report, 'manager', first)
    expect(await newsOf(report)).toMatchObject({
      links: [{ attribute: 'manager', added: [firstGuid], removed: [] }],
      replacesLinks: ['manager']
    })
    await replace(report, 'manager', second)
    expect(await newsOf(report)).toMatchObject({
      links: [{ attribute: 'manager', added: [secondGuid], removed: [] }],
      replacesLinks: ['manager']
    })
    await replace(report, 'manager')
    const cleared = await newsOf(report)
    expect(cleared?.links).toEqual([{ attribute: 'manager', added: [], removed: [secondGuid] }])
    expect(cleared).not.toHaveProperty('replacesLinks')
  })

  it('reports only the members that came and went', async () => {
    const [ada, bob] = [await addUser(fixture), await addUser(fixture)]
    const group = await addGroup(fixture, [ada])
    await everything()
    await fixture.connection.modify(group, [
      { operation: 'delete', attribute: 'member', values: [ada] },
      { operation: 'add', attribute: 'member', values: [bob] }
    ])
    expect((await newsOf(group))?.links).toEqual([
      { attribute: 'member', added: [await guidOf(fixture, bob)], removed: [await guidOf(fixture, ada)] }
    ])
  })

  it('reports a deletion, not the group; and a restored object that is then read with its groups and reports', async () => {
    const dn = await addUser(fixture, { displayName: 'Ada', description: 'first' })
    const group = await addGroup(fixture, [dn])
    const report = await addUser(fixture, { manager: dn })
    const guid = await guidOf(fixture, dn)
    await everything()

    await fixture.connection.delete(dn)
    const deleted = await news()
    expect(deleted).toMatchObject([{ objectGuid: guid, state: 'deleted' }])
    expect(await readObject(fixture.connection, guid, attributes)).toMatchObject({ state: 'deleted' })

    await restoreDeleted(fixture.connection, guid, dn)
    const restored = await newsOf(dn)
    expect(restored).toMatchObject({ objectGuid: guid, state: 'restored', complete: false })
    expect(restored?.attributes).not.toHaveProperty('sAMAccountName')

    const read = await readObject(fixture.connection, guid, attributes)
    expect(read).toMatchObject({
      objectGuid: guid,
      dn,
      parentGuid: await guidOf(fixture, fixture.ou),
      objectClass: 'user',
      complete: true,
      state: 'present',
      replacesLinks: ['manager', 'member']
    })
    expect(read?.attributes).toMatchObject({ cn: [dn.slice('CN='.length, dn.indexOf(','))] })
    // What the restore keeps of links is the server's matter; what is read is what the server shows.
    const groupNow = await readObject(fixture.connection, await guidOf(fixture, group), attributes)
    const members = groupNow?.links.find(({ attribute }) => attribute === 'member')?.added ?? []
    expect(members.includes(guid)).toBe(read?.backLinks.memberOf.includes(await guidOf(fixture, group)))
    const reportNow = await readObject(fixture.connection, await guidOf(fixture, report), attributes)
    const managers = reportNow?.links.find(({ attribute }) => attribute === 'manager')?.added ?? []
    expect(managers.includes(guid)).toBe(
      read?.backLinks.directReports.includes(await guidOf(fixture, report))
    )
  })

  it('tells the SID of a new object, and of one that stands for an account of another forest', async () => {
    await everything()
    const sid = 'S-1-5-21-1111111111-222222222-333333333-1234'
    const dn = await addUser(fixture)
    const group = await addGroup(fixture)
    await fixture.connection.modify(group, [
      { operation: 'add', attribute: 'member', values: [`<SID=${sid}>`] }
    ])
    const changes = await news()
    expect(changes.find(change => change.dn === dn)?.objectSid).toMatch(/^S-1-5-21-\d+-\d+-\d+-\d{4,}$/)
    const foreign = changes.find(change => change.objectSid === sid)
    expect(foreign).toMatchObject({ objectClass: 'foreignSecurityPrincipal', state: 'present' })
    expect(changes.find(change => change.dn === group)?.links).toEqual([
      { attribute: 'member', added: [foreign?.objectGuid], removed: [] }
    ])
  })

  it('reads an object that is not there as undefined', async () => {
    expect(
      await readObject(fixture.connection, '00000000-1111-2222-3333-444444444444', attributes)
    ).toBeUndefined()
  })

  it('refuses a cookie that is none, and an OU as naming context', async () => {
    const { connection, domain, ou } = fixture
    const wrongCookie = readChanges(connection, {
      namingContext: domain.baseDn,
      attributes,
      cookie: Uint8Array.of(1, 2, 3)
    })
    await expect(wrongCookie).rejects.toBeInstanceOf(CookieRefusedError)
    await expect(readChanges(connection, { namingContext: ou, attributes })).rejects.toMatchObject({
      code: 'ad-permissions'
    })
  })

  it('tells an ordinary account which right it needs, and reads what it may with object security', async () => {
    const dn = await addUser(fixture, { userPrincipalName: 'plain@corp.example.test' })
    const account = { bindDn: 'plain@corp.example.test', password: userPassword }
    await using plain = await connectDirectory({ ...fixture.server, ...account })
    const request = { namingContext: fixture.domain.baseDn, attributes }
    await expect(readChanges(plain, request)).rejects.toThrow(/Replicating Directory Changes/)

    const first = await readChanges(plain, { ...request, objectSecurity: true })
    expect(first.changes.map(change => change.dn)).toContain(dn)
    const both = [fixture.connection, plain].map(reader =>
      canReadDeletedObjects(reader, fixture.domain.baseDn)
    )
    expect(await Promise.all(both)).toEqual([true, false])
  })
})
