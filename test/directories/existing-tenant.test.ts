import {
  type DirectoryObject,
  firstSync,
  populate,
  startSambaDomain,
  startSystem
} from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { type DomainObject, readDomain } from '../support/domain-objects.ts'
import { manyPeople } from '../support/many-people.ts'

/** Those of 1,000 people whom the tenant knows already, and by what. The numbers are where each kind begins. */
const people = 1_200
const byAnchor = 0
const byName = 400
const byMail = 700
const strangers = 900
const known = 1_000

const mailOf = (number: number) => `person${number}.mail@corp.example.test`

function withMail(object: DirectoryObject, number: number): DirectoryObject {
  return { ...object, attributes: { ...object.attributes, mail: mailOf(number) } } as DirectoryObject
}

/** The account that the tenant has for a person, before anything was synchronised. */
function accountOf(number: number, { anchor, attributes }: DomainObject): Record<string, unknown> {
  const account = {
    accountEnabled: true,
    createdDateTime: '2020-01-01T00:00:00Z',
    displayName: `Cloud ${number}`,
    mailNickname: `cloud${number}`,
    userPrincipalName: `cloud${number}@corp.example.test`
  }
  if (number < byName) return { ...account, onPremisesImmutableId: anchor }
  if (number < byMail) return { ...account, userPrincipalName: attributes.userPrincipalName }
  return { ...account, mail: mailOf(number) }
}

function strangerOf(number: number): Record<string, unknown> {
  return {
    accountEnabled: true,
    displayName: `Stranger ${number}`,
    mailNickname: `stranger${number}`,
    userPrincipalName: `stranger${number}@corp.example.test`
  }
}

it('takes over the accounts of a tenant that has 1,000, and makes no second one', {
  timeout: 120_000
}, async () => {
  const staff = manyPeople(people)
  // The unit comes first, then the people in the order of their numbers.
  const objects = staff.objects.map((object, position) =>
    object.kind === 'user' ? withMail(object, position - 1) : object
  )
  await using domain = await startSambaDomain({ populate: files => populate(files, { ...staff, objects }) })
  await using system = await startSystem({ domain, services: ['transform', 'export', 'api'] })
  const inDomain = new Map((await readDomain(domain)).map(object => [object.attributes.name, object]))
  const person = (which: number): DomainObject => {
    const found = inDomain.get(`Person ${which}`)
    if (found === undefined) throw new Error(`Person ${which} is not in the domain`)
    return found
  }
  const accounts = Array.from({ length: known }, (_each, which) =>
    which < strangers ? accountOf(which, person(which)) : strangerOf(which)
  )
  const ids = await system.emulator.addUsers(accounts)

  const { summary } = await firstSync(system, { timeoutMs: 100_000 })
  expect(summary).toMatchObject({ quarantined: 0, exported: { users: people, groups: 1 } })

  const { live } = await system.emulator.state()
  expect(live.user).toBe(people + (known - strangers))
  const { createdByAnchor, createdTwice } = await system.emulator.writesByObject()
  expect(createdTwice).toEqual([])
  expect(Object.keys(createdByAnchor).filter(key => key.startsWith('user:'))).toHaveLength(people - strangers)
  const { body } = await system.call('GET', '/v1/summary')
  expect(body).toMatchObject({ exported: { memberships: people } })
  for (const which of [byAnchor, byName, byMail]) {
    const journal = await system.call('GET', `/v1/objects/${person(which).objectGuid}/journal?limit=100`)
    expect(JSON.stringify(journal.body)).toContain(ids[which])
  }
})
