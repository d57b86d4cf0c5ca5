import { describe, expect, it } from 'vitest'
import { findingsOf, verdicts } from '../example-object.ts'

const mail = ['ann@contoso.com']
const many = (count: number) => [
  'SMTP:ann@contoso.com',
  ...Array.from({ length: count - 1 }, (_, at) => `smtp:a${at}@contoso.com`)
]

interface Case {
  readonly name: string
  readonly proxies: readonly string[]
  readonly mail?: readonly string[]
  readonly expected: readonly string[]
  /** `from > to` of each fix; `-` removes, `+` adds. */
  readonly fixes?: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'one primary, in mail',
    proxies: ['SMTP:Ann@contoso.com', 'smtp:a@contoso.com'],
    mail,
    expected: []
  },
  { name: 'no values', proxies: [], mail, expected: [] },
  { name: 'no SMTP values', proxies: ['x500:/o=a', 'sip:ann@contoso.com'], mail, expected: [] },
  {
    name: 'two primaries, one in mail',
    proxies: ['SMTP:b@contoso.com', 'SMTP:ann@contoso.com'],
    mail,
    expected: ['error several-primaries'],
    fixes: ['SMTP:b@contoso.com > smtp:b@contoso.com']
  },
  {
    name: 'two primaries, none in mail: a person decides',
    proxies: ['SMTP:b@contoso.com', 'SMTP:c@contoso.com'],
    mail,
    expected: ['error several-primaries', 'error several-primaries']
  },
  {
    name: 'no primary, one in mail',
    proxies: ['smtp:b@contoso.com', 'smtp:ann@contoso.com'],
    mail,
    expected: ['warning no-primary'],
    fixes: ['smtp:ann@contoso.com > SMTP:ann@contoso.com']
  },
  {
    name: 'no primary, none in mail',
    proxies: ['smtp:b@contoso.com'],
    mail,
    expected: ['warning no-primary'],
    fixes: ['+SMTP:ann@contoso.com']
  },
  { name: 'no primary and no mail', proxies: ['smtp:b@contoso.com'], expected: ['warning no-primary'] },
  {
    name: 'mail is another than the primary',
    proxies: ['SMTP:b@contoso.com'],
    mail,
    expected: ['warning mail-not-primary'],
    fixes: ['ann@contoso.com > b@contoso.com']
  },
  {
    name: 'empty values',
    proxies: ['SMTP:ann@contoso.com', '', 'smtp:', 'x500: '],
    mail,
    expected: ['error empty-value', 'error empty-value', 'error empty-value'],
    fixes: ['-', '-smtp:', '-x500: ']
  },
  {
    name: 'a value twice: the primary one is kept',
    proxies: ['smtp:ann@contoso.com', 'SMTP:Ann@contoso.com', 'smtp:b@contoso.com', 'smtp:B@contoso.com'],
    mail,
    expected: ['warning duplicate-in-object', 'warning duplicate-in-object'],
    fixes: ['-smtp:ann@contoso.com', '-smtp:B@contoso.com']
  },
  {
    name: 'a value that would become another of the object is removed',
    proxies: ['SMTP:ann@contoso.com', 'smtp:a b@contoso.com', 'smtp:AB@contoso.com'],
    mail,
    expected: ['error invalid-character'],
    fixes: ['-smtp:a b@contoso.com']
  },
  {
    name: 'of two values that would become one the second is removed',
    proxies: ['SMTP:ann@contoso.com', 'smtp:a b@contoso.com', 'smtp:ab @contoso.com'],
    mail,
    expected: ['error invalid-character', 'error invalid-character'],
    fixes: ['smtp:a b@contoso.com > smtp:ab@contoso.com', '-smtp:ab @contoso.com']
  },
  { name: '300 values', proxies: many(300), mail, expected: [] },
  { name: '301 values', proxies: many(301), mail, expected: ['warning too-many-values'] }
]

describe('proxyAddresses together', () => {
  it.each(cases)('$name', ({ proxies, mail: own = [], expected, fixes = [] }) => {
    const findings = findingsOf({ proxyAddresses: proxies, mail: own })
    expect(verdicts(findings)).toEqual(expected)
    const proposed = findings.flatMap(({ fix }) => fix ?? [])
    expect(
      proposed.map(({ action, from, to }) =>
        action === 'replace' ? `${from} > ${to}` : action === 'add-value' ? `+${to}` : `-${from}`
      )
    ).toEqual(fixes)
  })
})
