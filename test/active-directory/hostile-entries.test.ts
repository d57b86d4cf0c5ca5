import { randomBytes } from 'node:crypto'
import { childDn, findObject, parentDn, rdnOf, readObject } from '@opendirsync/active-directory'
import type { DirectoryChange } from '@opendirsync/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addGroup,
  addUser,
  type DomainFixture,
  guidOf,
  readChanges,
  startDomainFixture
} from './domain-fixture.ts'

const attributes = ['cn', 'ou', 'displayName', 'jpegPhoto', 'comment', 'otherTelephone', 'member', 'manager']

/** Samba takes longer names than the 64 characters of Windows' schema, and a conflict's name from anybody. */
const names: [string, string][] = [
  ['a comma', 'Doe, Jane'],
  ['a plus sign and an equals sign', 'a+b=c'],
  ['quotes', 'the "Boss" O\'Neil'],
  ['brackets, a semicolon and a backslash', '<x>;y\\z'],
  ['what a filter means something by', '*(a)&|!'],
  ['a number sign in front', '#1'],
  ['spaces at both ends', ' x '],
  ['a line feed', 'two\nlines'],
  ['a tab', 'a\tb'],
  ['emoji', '😀 👩‍👩‍👧 🇩🇪'],
  ['letters of two forms', 'Å Å ß ﬁ'],
  ['words from right to left', 'משה أحمد'],
  ['64 characters of four bytes', '😀'.repeat(64)],
  ['255 bytes', 'x'.repeat(255)],
  ['a conflict', 'Jane\nCNF:521a8df8-75f7-4764-942a-a5df16902a32'],
  ['what looks like an extended DN', '<GUID=521a8df8-75f7-4764-942a-a5df16902a32>;CN=x']
]

describe('entries that are hard to read', () => {
  let fixture: DomainFixture
  let base: string

  beforeAll(async () => {
    fixture = await startDomainFixture()
    base = fixture.domain.baseDn
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
  })

  async function reported(dn: string): Promise<DirectoryChange | undefined> {
    const guid = await guidOf(fixture, dn)
    const { changes } = await readChanges(fixture.connection, { namingContext: base, attributes })
    return changes.find(({ objectGuid }) => objectGuid === guid)
  }

  async function write(dn: string, attribute: string, values: readonly (string | Buffer)[]): Promise<void> {
    await fixture.connection.modify(dn, [{ operation: 'replace', attribute, values }])
  }

  it.each(names)(
    'a name with %s is read, found by its DN, a container, a manager and a member',
    async (_name, name) => {
      const { connection, ou } = fixture
      const container = childDn('OU', name, ou)
      await connection.add(container, { objectClass: 'organizationalUnit' })
      const dn = childDn('CN', name, container)
      const sAMAccountName = `n${randomBytes(6).toString('hex')}`
      await connection.add(dn, { objectClass: 'user', sAMAccountName })
      const report = await addUser(fixture, { manager: dn })
      const group = await addGroup(fixture, [dn])

      const guid = await guidOf(fixture, dn)
      const change = await reported(dn)
      expect(change).toMatchObject({ objectGuid: guid, state: 'present', attributes: { cn: [name] } })
      const reportedDn = change?.dn ?? ''
      expect(rdnOf(reportedDn)).toEqual({ attribute: 'CN', value: name })
      const above = parentDn(reportedDn) ?? ''
      expect(rdnOf(above)).toEqual({ attribute: 'OU', value: name })
      expect(parentDn(above)).toBe(ou)
      expect(await findObject(connection, reportedDn)).toMatchObject({
        objectGuid: guid,
        objectClass: 'user'
      })
      expect((await reported(container))?.attributes).toMatchObject({ ou: [name] })

      const link = (attribute: string) => [{ attribute, added: [guid], removed: [] }]
      expect((await reported(report))?.links).toEqual(link('manager'))
      expect((await reported(group))?.links).toEqual(link('member'))
      const reading = await readObject(connection, guid, attributes)
      expect(reading?.backLinks).toEqual({
        memberOf: [await guidOf(fixture, group)],
        directReports: [await guidOf(fixture, report)]
      })
    }
  )

  it('a DN of many long names', async () => {
    let dn = fixture.ou
    for (let depth = 0; depth < 20; depth++) {
      dn = childDn('OU', `${depth}, `.padEnd(64, '"'), dn)
      await fixture.connection.add(dn, { objectClass: 'organizationalUnit' })
    }
    const change = await reported(dn)
    expect(change?.dn?.length).toBeGreaterThan(2_000)
    expect(rdnOf(change?.dn ?? '').value).toBe('19, '.padEnd(64, '"'))
  })

  it('values of 1 MB: bytes as the same bytes, text as the same text', async () => {
    const dn = await addUser(fixture)
    const photo = randomBytes(1024 * 1024)
    const comment = 'é€😀 '.repeat(100_000)
    await write(dn, 'jpegPhoto', [photo])
    await write(dn, 'comment', [comment])
    const change = await reported(dn)
    const [value = ''] = change?.attributes.jpegPhoto ?? []
    expect(Buffer.from(value, 'base64').equals(photo)).toBe(true)
    const [text] = change?.attributes.comment ?? []
    expect(text === comment).toBe(true)
  })

  it('1,000 values of one attribute, and then none', async () => {
    const dn = await addUser(fixture)
    const numbers = Array.from({ length: 1_000 }, (_, index) => `+49 30 ${index}`)
    await write(dn, 'otherTelephone', numbers)
    const change = await reported(dn)
    expect(change?.attributes.otherTelephone?.toSorted()).toEqual(numbers.sort())
    await write(dn, 'otherTelephone', [])
    expect((await reported(dn))?.attributes).not.toHaveProperty('otherTelephone')
  })

  it('bytes that are no text, in an attribute of bytes, and a NUL inside a text', async () => {
    const dn = await addUser(fixture)
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])
    await write(dn, 'jpegPhoto', [bytes, Buffer.from('text')])
    await write(dn, 'displayName', [Buffer.from('a\0b')])
    const { jpegPhoto, displayName } = (await reported(dn))?.attributes ?? {}
    const values = [bytes, Buffer.from('text')].map(value => value.toString('base64'))
    expect(jpegPhoto?.toSorted()).toEqual(values.sort())
    expect(displayName).toEqual([Buffer.from('a\0b').toString('base64')])
  })

  it('a group that is a member of itself', async () => {
    const group = await addGroup(fixture)
    await fixture.connection.modify(group, [{ operation: 'add', attribute: 'member', values: [group] }])
    const guid = await guidOf(fixture, group)
    expect((await reported(group))?.links).toEqual([{ attribute: 'member', added: [guid], removed: [] }])
    expect((await readObject(fixture.connection, guid, []))?.backLinks.memberOf).toEqual([guid])
  })
})
