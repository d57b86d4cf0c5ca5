import type { NewFix } from '@opendirsync/store'
import { addUser, type DomainFixture, guidOf } from './domain-fixture.ts'

export type Attributes = Readonly<Record<string, string | readonly string[]>>

export interface Person {
  readonly dn: string
  readonly objectGuid: string
}

export async function addPerson(fixture: DomainFixture, attributes: Attributes = {}): Promise<Person> {
  const dn = await addUser(fixture, attributes)
  return { dn, objectGuid: await guidOf(fixture, dn) }
}

/** Each with the mail address that `mail` is to replace. */
export function addPeople(fixture: DomainFixture, count: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => addPerson(fixture, { mail: 'old@x.test' })))
}

/** A fix that gives the person another mail address. */
export function mail(person: Person, change: Partial<NewFix> = {}): NewFix {
  return { ...person, attribute: 'mail', action: 'replace', from: 'old@x.test', to: 'new@x.test', ...change }
}
