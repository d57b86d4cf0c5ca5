import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connectDirectory,
  type DirectoryServer,
  escapeFilterValue,
  findObject,
  RefusedError,
  readObject,
  readRootDse,
  resultCode
} from '@opendirsync/active-directory'
import { UnavailableError } from '@opendirsync/contracts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  addGroup,
  addUser,
  type DomainFixture,
  guidOf,
  startDomainFixture,
  userPassword
} from './domain-fixture.ts'

describe('a connection to a domain controller', () => {
  let fixture: DomainFixture
  let startTls: DirectoryServer

  beforeAll(async () => {
    fixture = await startDomainFixture()
    startTls = { ...fixture.server, url: `ldap://${fixture.domain.host}`, startTls: true }
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
  })

  async function namesOf(filter: string, pageSize?: number): Promise<string[]> {
    const names: string[] = []
    const search = { base: fixture.ou, scope: 'subtree', filter, attributes: ['sAMAccountName'] } as const
    const entries = fixture.connection.search(pageSize === undefined ? search : { ...search, pageSize })
    for await (const { attributes } of entries) names.push(String(attributes[0]?.values[0]))
    return names.sort()
  }

  it('reads the root DSE, over LDAPS and over StartTLS', async () => {
    await using overStartTls = await connectDirectory(startTls)
    for (const connection of [fixture.connection, overStartTls]) {
      const root = await readRootDse(connection)
      expect(root).toMatchObject({
        defaultNamingContext: fixture.domain.baseDn,
        configurationNamingContext: `CN=Configuration,${fixture.domain.baseDn}`,
        dnsHostName: 'dc1.corp.example.test'
      })
      expect(root.invocationId).toMatch(/^[0-9a-f-]{36}$/)
      expect(root.highestCommittedUsn).toMatch(/^\d+$/)
      expect(root.supportedControls).toContain('1.2.840.113556.1.4.841')
    }
  })

  describe('is refused', () => {
    const cases: [string, Partial<DirectoryServer>, string][] = [
      ['for a wrong password', { password: 'wrong' }, 'ad-credentials'],
      ['for an unknown account', { bindDn: 'nobody@corp.example.test' }, 'ad-credentials'],
      ['for a name that is no DN', { bindDn: 'CN=' }, 'ad-credentials'],
      ['for another name in the certificate', { serverName: 'dc2.corp.example.test' }, 'ad-certificate']
    ]
    it.each(cases)('%s', async (_name, change, code) => {
      for (const server of [fixture.server, startTls]) {
        const failed = connectDirectory({ ...server, ...change })
        await expect(failed).rejects.toMatchObject({ name: 'SetupError', code })
      }
    })

    it('without the CA', async () => {
      const { caFile: _, ...server } = fixture.server
      await expect(connectDirectory(server)).rejects.toMatchObject({ code: 'ad-certificate' })
    })

    it('for a disabled account, in words', async () => {
      const dn = await addUser(fixture, { userPrincipalName: 'off@corp.example.test' })
      await fixture.connection.modify(dn, [
        { operation: 'replace', attribute: 'userAccountControl', values: ['514'] }
      ])
      const server = { ...fixture.server, bindDn: 'off@corp.example.test', password: userPassword }
      await expect(connectDirectory(server)).rejects.toThrow(/disabled/)
    })
  })

  it('reads the CA file at every connect', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ca-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const caFile = join(folder, 'ca.pem')
    await writeFile(caFile, 'not yet')
    await expect(connectDirectory({ ...fixture.server, caFile })).rejects.toMatchObject({
      code: 'ad-certificate'
    })
    await writeFile(caFile, await readFile(fixture.domain.caFile))
    await using connection = await connectDirectory({ ...fixture.server, caFile })
    expect(connection.server).toContain(fixture.domain.host)
  })

  it('searches in pages as it does in one piece, many at a time', async () => {
    await Promise.all(Array.from({ length: 25 }, () => addUser(fixture, { description: 'paged' })))
    const whole = await namesOf('(description=paged)')
    expect(whole).toHaveLength(25)
    const all = await Promise.all([7, 25, 100].map(pageSize => namesOf('(description=paged)', pageSize)))
    for (const paged of all) expect(paged).toEqual(whole)
  })

  it('finds and keeps values that need escapes', async () => {
    const description = 'Doe (Jané) * \\ x'
    await addUser(fixture, { description })
    expect(await namesOf(`(description=${escapeFilterValue(description)})`)).toHaveLength(1)
  })

  it('writes, renames and deletes, and tells the code of a refusal', async () => {
    const { connection, ou } = fixture
    const dn = await addUser(fixture)
    await expect(connection.add(dn, { objectClass: 'user', sAMAccountName: 'again' })).rejects.toMatchObject({
      resultCode: resultCode.entryAlreadyExists
    })
    await connection.rename(dn, 'CN=other name')
    const renamed = `CN=other name,${ou}`
    await connection.delete(renamed)
    await expect(connection.delete(renamed)).rejects.toBeInstanceOf(RefusedError)
    await expect(connection.delete(ou)).rejects.toMatchObject({ name: 'PermanentError' })
    const tree = `OU=Tree,${ou}`
    await connection.add(tree, { objectClass: 'organizationalUnit' })
    await connection.add(`OU=Leaf,${tree}`, { objectClass: 'organizationalUnit' })
    await connection.delete(tree, { tree: true })
  })

  it('finds an object by its DN and by its GUID, and nothing where there is none', async () => {
    const { connection, ou } = fixture
    const objectGuid = await guidOf(fixture, ou)
    const found = { objectGuid, dn: ou, objectClass: 'organizationalUnit' }
    expect(await findObject(connection, ou.toUpperCase())).toEqual(found)
    expect(await findObject(connection, objectGuid.toUpperCase())).toEqual(found)
    const nothing = ['', 'Staff', `OU=None,${ou}`, 'DC=elsewhere', '521a8df8-75f7-4764-942a-a5df16902a32']
    for (const name of nothing) expect(await findObject(connection, name), name).toBeUndefined()
  })

  it('notices that the server has become slow, and that it is back', async () => {
    await using connection = await connectDirectory(fixture.server)
    await connection.ping(5_000)
    fixture.domain.freeze()
    const search = { base: fixture.ou, scope: 'base', timeoutMs: 60_000 } as const
    const waiting = connection.search(search).next()
    expect(connection.pending).toBe(true)
    await expect(connection.ping(200)).rejects.toThrow(/within 200 ms/)
    await expect(connection.ping(200)).rejects.toBeInstanceOf(UnavailableError)
    fixture.domain.thaw()
    expect((await waiting).value?.dn).toBe(fixture.ou)
    await connection.ping(5_000)
  })

  it('logs on with a password that was set', async () => {
    await addUser(fixture, { userPrincipalName: 'on@corp.example.test' })
    await using connection = await connectDirectory({
      ...fixture.server,
      bindDn: 'on@corp.example.test',
      password: userPassword
    })
    const change = { operation: 'replace', attribute: 'description', values: ['mine'] } as const
    await expect(connection.modify(fixture.domain.baseDn, [change])).rejects.toMatchObject({
      name: 'SetupError',
      code: 'ad-permissions'
    })
  })

  it('reads all members of a group, as a server gives them in parts too', async () => {
    const members = await Promise.all(Array.from({ length: 12 }, () => addUser(fixture)))
    const group = await addGroup(fixture, members)
    const guids = await Promise.all(members.map(member => guidOf(fixture, member)))
    const whole = await readObject(fixture.connection, await guidOf(fixture, group), [])
    expect(whole?.links.find(({ attribute }) => attribute === 'member')?.added.toSorted()).toEqual(
      guids.sort()
    )
    const inParts = await readObject(fixture.connection, await guidOf(fixture, group), [], {
      valuesAtATime: 5
    })
    expect(inParts).toEqual(whole)
  })

  it.each(['LDAPS', 'StartTLS'])(
    'fails promptly when the server dies, and connects again when it is back, over %s',
    async way => {
      const server = way === 'LDAPS' ? fixture.server : startTls
      const broken = await connectDirectory(server)
      await fixture.domain.kill9()
      expect(await broken.closed).toBeInstanceOf(UnavailableError)
      await expect(readRootDse(broken)).rejects.toBeInstanceOf(UnavailableError)
      await expect(connectDirectory(server)).rejects.toBeInstanceOf(UnavailableError)
      await fixture.domain.start()
      await using again = await connectDirectory(server)
      expect((await readRootDse(again)).defaultNamingContext).toBe(fixture.domain.baseDn)
    }
  )
})
