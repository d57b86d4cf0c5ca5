import type { StagedObject } from '@opendirsync/contracts'
import { defaultRules, type RuleSet } from '@opendirsync/rules'
import { company, type DirectoryObject } from '@opendirsync/testing'
import type { BenchOptions } from './options.ts'
import { rounded } from './statistics.ts'

const rounds = 5

/**
 * The default rules over people in memory, each with about 35 attributes: judged and projected, as transform does it,
 * by one core. Making the people is not timed, and neither is a first round that warms up. Of the others the median
 * counts.
 */
export async function rulesBench({ objects: users = 100_000 }: BenchOptions): Promise<object> {
  const people = stagedPeople(users)
  if (synchroniseAll(defaultRules, people) === 0) throw new Error('nobody would be exported')
  const secondsOfRounds = Array.from({ length: rounds }, () => {
    const begin = performance.now()
    synchroniseAll(defaultRules, people)
    return (performance.now() - begin) / 1000
  }).toSorted((one, other) => one - other)
  const seconds = secondsOfRounds[Math.floor(rounds / 2)] ?? 0
  return { objects: people.length, objectsPerSecondPerCore: rounded(people.length / seconds) }
}

/** @returns how many would be exported, so that nothing is thrown away unmade */
function synchroniseAll(rules: RuleSet, people: readonly StagedObject[]): number {
  let exported = 0
  for (const person of people) {
    const judgement = rules.judge(person)
    if (judgement.outcome !== 'in-scope') continue
    if (rules.project([person], judgement.sourceAnchor ?? '').export !== undefined) exported += 1
  }
  return exported
}

/** A company with its untidy people, each as a row of the database would give it. */
function stagedPeople(users: number): StagedObject[] {
  const { objects, domain } = company({ users })
  const suffix = domain
    .split('.')
    .map(part => `DC=${part}`)
    .join(',')
  return objects
    .filter(({ kind }) => kind === 'user')
    .map((person, index) => {
      const staged = stagedPerson(person, index, suffix)
      // Parsed as PostgreSQL's answer is: no two objects share a text.
      return { ...staged, attributes: JSON.parse(JSON.stringify(staged.attributes)) }
    })
}

function stagedPerson({ dn, attributes }: DirectoryObject, index: number, suffix: string): StagedObject {
  const lists = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === 'string' ? [value] : value
  ])
  return {
    connector: 'corp.example.test',
    objectGuid: `5b3a${index.toString(16).padStart(4, '0').slice(-4)}-4f4a-4b8e-9a61-${index.toString(16).padStart(12, '0')}`,
    dn: `${dn},${suffix}`,
    parentGuid: '5b3a0000-4f4a-4b8e-9a61-000000000000',
    objectClass: 'user',
    objectSid: `S-1-5-21-1004336348-1177238915-682003330-${1000 + index}`,
    deleted: false,
    attributes: { ...Object.fromEntries(lists), ...beside(dn, index) },
    revision: 1,
    synchronisedRevision: 0
  }
}

/** What Exchange and a personnel system add to a person. Absent for some, as in life. */
function beside(dn: string, index: number): Record<string, readonly string[]> {
  const name = dn.slice(3, dn.indexOf(','))
  return {
    cn: [name],
    name: [name],
    mailNickname: [`alias${index}`],
    msExchRecipientTypeDetails: ['1'],
    st: [`County ${index % 23}`],
    postalCode: [String(10_000 + (index % 700))],
    streetAddress: [`${index % 199} Long Street`],
    facsimileTelephoneNumber: [`+44 1632 9${index % 10_000}`],
    preferredLanguage: ['en-GB'],
    employeeID: [String(100_000 + index)],
    employeeType: [index % 9 === 0 ? 'Contractor' : 'Employee'],
    division: [`Division ${index % 5}`],
    msExchUsageLocation: ['GB'],
    extensionAttribute1: [`Cost ${index % 97}`],
    extensionAttribute2: [String(index % 11)],
    ...(index % 3 === 0 && { 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] }),
    ...(index % 7 === 0 && { extensionAttribute10: ['x'], mobile: [`+44 7700 ${index}`] })
  }
}
