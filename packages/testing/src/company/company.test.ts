import { expect, it } from 'vitest'
import { type CompanyOptions, company } from './company.ts'
import type { DirectoryObject } from './directory-object.ts'

const counts: {
  name: string
  options: CompanyOptions
  users: number
  groups?: number
  memberships?: number
}[] = [
  { name: 'the usual one', options: {}, users: 200 },
  { name: 'a small one', options: { users: 5 }, users: 5 },
  { name: 'another seed', options: { seed: 7 }, users: 200 },
  {
    name: 'exact numbers without dirt',
    options: { users: 1000, groups: 80, memberships: 6000, dirt: false },
    users: 1000,
    groups: 80,
    memberships: 6000
  },
  { name: 'a large one', options: { users: 10_000, dirt: false }, users: 10_000 }
]

it.each(counts)('has the numbers asked for: $name', ({ options, users, groups, memberships }) => {
  const { objects } = company(options)
  expect(ofKind(objects, 'user')).toHaveLength(users)
  if (groups !== undefined) expect(ofKind(objects, 'group')).toHaveLength(groups)
  if (memberships !== undefined)
    expect(objects.flatMap(({ members = [] }) => members)).toHaveLength(memberships)
})

it.each(counts)('can be created in its order, and no name is there twice: $name', ({ options }) => {
  const { objects } = company(options)
  const made = new Set<string>()
  for (const { dn, manager } of objects) {
    const parent = dn.slice(dn.indexOf(',') + 1)
    if (parent !== dn && dn !== 'OU=Aldermoor') expect(made, `parent of ${dn}`).toContain(parent)
    if (manager !== undefined) expect(made, `manager of ${dn}`).toContain(manager)
    made.add(dn)
  }
  const accounts = objects.flatMap(({ attributes }) => attributes.sAMAccountName ?? [])
  expect(new Set(accounts).size).toBe(accounts.length)
  expect(made.size).toBe(objects.length)
  for (const { members = [] } of objects) expect(members.filter(member => !made.has(member))).toEqual([])
})

it('is the same for the same seed, and another one for another', () => {
  expect(company({ seed: 3 })).toEqual(company({ seed: 3 }))
  expect(company({ seed: 3 })).not.toEqual(company({ seed: 4 }))
})

it('has each kind of dirt, or none', () => {
  const kinds = new Set(company().objects.flatMap(({ dirt }) => dirt ?? []))
  expect([...kinds].sort()).toEqual([
    'admin-account',
    'disabled',
    'display-name-missing',
    'display-name-spaces',
    'group-empty',
    'groups-circular',
    'mail-accent',
    'mail-duplicate',
    'upn-accent',
    'upn-missing',
    'upn-space',
    'upn-suffix-local',
    'upn-too-long'
  ])
  const clean = company({ dirt: false }).objects
  expect(clean.filter(({ dirt }) => dirt !== undefined)).toEqual([])
  expect(new Set(clean.map(({ kind }) => kind))).toEqual(new Set(['organizationalUnit', 'user', 'group']))
})

it('refuses numbers that cannot be', () => {
  expect(() => company({ groups: 3 })).toThrow(/least/)
  expect(() => company({ users: 100, memberships: 1, dirt: false })).toThrow(/cannot hold/)
})

it('has one person above all others', () => {
  const people = ofKind(company({ dirt: false }).objects, 'user')
  const managers = new Map(people.map(({ dn, manager }) => [dn, manager]))
  const top = people.map(({ dn }) => {
    let at = dn
    for (let above = managers.get(at); above !== undefined; above = managers.get(at)) at = above
    return at
  })
  expect(new Set(top).size).toBe(1)
})

function ofKind(objects: readonly DirectoryObject[], kind: DirectoryObject['kind']): DirectoryObject[] {
  return objects.filter(object => object.kind === kind)
}
