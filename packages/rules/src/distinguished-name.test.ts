import { expect, it } from 'vitest'
import { dnsDomainOf, isConflictName } from './distinguished-name.ts'

it.each([
  ['CN=Anna,OU=People,DC=corp,DC=example,DC=com', 'corp.example.com'],
  ['CN=Berg\\, Anna,DC=Corp,DC=Example', 'corp.example'],
  ['CN=no\\,DC=trap,DC=corp', 'corp'],
  ['CN=Anna', ''],
  ['', '']
])('the domain of %s is "%s"', (dn, domain) => {
  expect(dnsDomainOf(dn)).toBe(domain)
})

it.each([
  ['CN=Anna\\0ACNF:8fd5b3a0,DC=corp', true],
  ['CN=Anna\nCNF:8fd5b3a0,DC=corp', true],
  ['CN=CNF: the company,DC=corp', false],
  ['CN=Anna,OU=x\\0ACNF:8fd5b3a0,DC=corp', false]
])('%j is the name of a conflict object: %s', (dn, expected) => {
  expect(isConflictName(dn)).toBe(expected)
})
