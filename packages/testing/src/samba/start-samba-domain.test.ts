import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { connectDirectory, type SearchEntry } from '@opendirsync/active-directory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { company } from '../company/company.ts'
import { populate } from '../company/populate.ts'
import { type SambaDomain, startSambaDomain } from './start-samba-domain.ts'

const loaded = company({ users: 60 })
let domain: SambaDomain
let other: SambaDomain

beforeAll(async () => {
  const started = await Promise.all([
    startSambaDomain({ recycleBin: true, populate: files => populate(files, loaded) }),
    startSambaDomain({ realm: 'branch.example.test', netbios: 'BRANCH' })
  ])
  domain = started[0]
  other = started[1]
})
afterAll(() => Promise.all([domain, other].map(each => each[Symbol.asyncDispose]())))

it('holds the company that it was loaded with, members and managers included', async () => {
  const ofUs = 'OU=Aldermoor,'
  const found = await search(domain, `${ofUs}${domain.baseDn}`, ['objectClass', 'member', 'manager'])
  const described = new Map(
    loaded.objects.map(({ dn, ...rest }) => [`${dn},${domain.baseDn}`.toLowerCase(), rest])
  )
  expect(found.map(({ dn }) => dn.toLowerCase()).sort()).toEqual([...described.keys()].sort())
  for (const entry of found) {
    const { members = [], manager } = described.get(entry.dn.toLowerCase()) ?? {}
    expect(texts(entry, 'member'), entry.dn).toHaveLength(members.length)
    expect(texts(entry, 'manager')).toHaveLength(manager === undefined ? 0 : 1)
  }
})

it('stands beside a second domain, with an address and a name of its own', async () => {
  expect(other.host).not.toBe(domain.host)
  expect(other).toMatchObject({
    baseDn: 'DC=branch,DC=example,DC=test',
    serverName: 'dc1.branch.example.test'
  })
  expect(await search(other, `CN=DC1,OU=Domain Controllers,${other.baseDn}`, [], 'base')).toHaveLength(1)
})

it('has the recycle bin on, or off', async () => {
  const enabled = async (which: SambaDomain) => {
    const partitions = `CN=Partitions,CN=Configuration,${which.baseDn}`
    const [entry] = await search(which, partitions, ['msDS-EnabledFeature'], 'base')
    return entry && texts(entry, 'msDS-EnabledFeature').some(dn => dn.startsWith('CN=Recycle Bin Feature,'))
  }
  expect(await enabled(domain)).toBe(true)
  expect(await enabled(other)).toBe(false)
})

it('keeps its data and its address when it is stopped, killed and started again', async () => {
  const before = domain.pid
  await domain.stop()
  expect(() => domain.pid).toThrow('stopped')
  await domain.start()
  await domain.kill9()
  await expect(search(domain, domain.baseDn, [], 'base')).rejects.toThrow()
  await domain.start()
  expect(domain.pid).not.toBe(before)
  expect((await search(domain, `OU=Groups,OU=Aldermoor,${domain.baseDn}`, [])).length).toBeGreaterThan(30)
})

it('leaves no process and no file behind', async () => {
  const { pid } = other
  const folder = dirname(dirname(dirname(other.caFile)))
  expect(existsSync(folder)).toBe(true)
  await other[Symbol.asyncDispose]()
  expect(existsSync(folder)).toBe(false)
  expect(existsSync(`/proc/${pid}`)).toBe(false)
})

async function search(
  which: SambaDomain,
  base: string,
  attributes: readonly string[],
  scope: 'base' | 'subtree' = 'subtree'
): Promise<SearchEntry[]> {
  await using connection = await connectDirectory(which)
  const found: SearchEntry[] = []
  for await (const entry of connection.search({ base, scope, attributes: ['cn', ...attributes] }))
    found.push(entry)
  return found
}

function texts({ attributes }: SearchEntry, name: string): string[] {
  return attributes.find(attribute => attribute.name === name)?.values.map(String) ?? []
}
