import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Replication } from '@opendirsync/drsr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  hashesBySamba,
  type Person,
  type ReplicationFixture,
  readAll,
  startReplicationFixture
} from './replication-fixture.ts'

const PEOPLE = 500
/** MD4 of their UTF-16LE, as published in many places. */
const known: Person[] = [
  { name: 'anna', password: 'password' },
  { name: 'bert', password: 'Pa$$w0rd' }
]
const knownHashes = ['8846f7eaee8fb117ad06bdd830b7586c', '92937945b518814341de3f726500d4ff']

let fixture: ReplicationFixture
let replication: Replication & AsyncDisposable

beforeAll(async () => {
  const others = Array.from(
    { length: PEOPLE - known.length },
    (_unused, number): Person => ({
      name: `person${number}`,
      password: { ntHash: randomBytes(16).toString('hex') }
    })
  )
  fixture = await startReplicationFixture([...known, ...others])
  replication = await fixture.connect()
})

afterAll(async () => {
  await replication?.[Symbol.asyncDispose]()
  await fixture?.[Symbol.asyncDispose]()
})

const hex = (bytes: Buffer | undefined) => bytes?.toString('hex')

describe('reading all passwords of a domain', () => {
  it('gives 500 people the hashes that another client and the database itself have for them', async () => {
    const { objects } = await readAll(replication, fixture)
    const people = objects.filter(({ dn }) => dn.includes(',OU=Staff,'))
    expect(people).toHaveLength(PEOPLE)
    const ours = Object.fromEntries(people.map(({ objectGuid, ntHash }) => [objectGuid, hex(ntHash)]))
    const guids = people.map(({ objectGuid }) => objectGuid)
    expect((await hashesBySamba(fixture, guids)).hashes).toEqual(ours)

    const byName = new Map(people.map(({ sAMAccountName, ntHash }) => [sAMAccountName, hex(ntHash)]))
    expect(known.map(({ name }) => byName.get(name))).toEqual(knownHashes)
    expect(byName.get('anna')).toBe(hashInDatabase('anna'))
  })

  it('comes in pages, whose cursors go on where they end', async () => {
    const { domain } = fixture
    const whole = await readAll(replication, fixture)
    const guids: string[] = []
    let cursor: string | undefined
    let pages = 0
    for (let more = true; more; pages++) {
      const from = cursor === undefined ? {} : { cursor }
      const changes = replication.changes({ namingContext: domain.baseDn, maxObjects: 150, ...from })
      for await (const page of changes) {
        guids.push(...page.objects.map(({ objectGuid }) => objectGuid))
        ;({ cursor, more } = page)
        // The next page is asked for by another question, as after a restart.
        break
      }
    }
    expect(pages).toBeGreaterThan(4)
    // Samba repeats the object that the mark is at.
    expect(guids.length).toBeLessThanOrEqual(whole.objects.length + pages)
    expect([...new Set(guids)].toSorted()).toEqual(
      whole.objects.map(({ objectGuid }) => objectGuid).toSorted()
    )
  })

  it('tells what the rules for passwords need', async () => {
    const anna = await replication.object({ dn: `CN=anna,OU=Staff,${fixture.domain.baseDn}` })
    expect(anna).toMatchObject({
      sAMAccountName: 'anna',
      userPrincipalName: 'anna@corp.example.test',
      userAccountControl: 512,
      accountExpires: 0x7fff_ffff_ffff_ffffn,
      passwordVersion: 1,
      deleted: false
    })
    expect(anna?.sid).toMatch(/^S-1-5-21-\d+-\d+-\d+-\d+$/)
    expect(anna?.objectClasses?.[0]).toBe('user')
    expect(Number(anna?.pwdLastSet)).toBeGreaterThan(0)
    expect(Math.abs(Date.now() - Number(anna?.passwordChangedAt))).toBeLessThan(600_000)
  })
})

describe('reading one object', () => {
  it('goes by its GUID and by its name', async () => {
    const byName = await replication.object({ dn: `CN=bert,OU=Staff,${fixture.domain.baseDn}` })
    const byGuid = await replication.object(byName?.objectGuid ?? '')
    expect(hex(byGuid?.ntHash)).toBe(knownHashes[1])
    expect(byGuid).toEqual(byName)
  })

  it('gives nothing where there is none', async () => {
    expect(await replication.object('3a5d9b6f-3111-43e1-b6ab-c467f5caebdf')).toBeUndefined()
    expect(await replication.object({ dn: `CN=nobody,${fixture.domain.baseDn}` })).toBeUndefined()
  })

  it('many at once take turns', async () => {
    const names = Array.from({ length: 20 }, (_unused, number) => `person${number}`)
    const found = await Promise.all(
      names.map(name => replication.object({ dn: `CN=${name},OU=Staff,${fixture.domain.baseDn}` }))
    )
    expect(found.map(object => object?.sAMAccountName)).toEqual(names)
  })
})

it('the domain is among the naming contexts', async () => {
  expect(await replication.namingContexts()).toContain(fixture.domain.baseDn)
})

function hashInDatabase(name: string): string {
  const { files } = fixture.domain
  const command = ['/usr/bin/samba-tool', 'user', 'getpassword', name, '--attributes=unicodePwd']
  const where = [`--URL=${files.samDb}`, `--configfile=${files.smbConf}`]
  const output = execFileSync('/usr/bin/python3', [...command, ...where], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore']
  })
  const encoded = /^unicodePwd:: (.+)$/m.exec(output)?.[1] ?? ''
  return Buffer.from(encoded, 'base64').toString('hex')
}
