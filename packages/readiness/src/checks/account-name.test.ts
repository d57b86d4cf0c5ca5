import { describe, expect, it } from 'vitest'
import { findingsOf, proposalOf, verdicts } from '../example-object.ts'

const x = (count: number) => 'x'.repeat(count)

describe('sAMAccountName', () => {
  const users: [name: string, value: string, code: string, proposal?: string][] = [
    ['21 characters', x(21), 'too-long', x(20)],
    ...Array.from('\\"|,/[]:<>+=;?*').map((sign): [string, string, string, string] => [
      `the sign ${sign}`,
      `a${sign}b`,
      'invalid-character',
      'ab'
    ]),
    ['a control character', 'a\tb', 'invalid-character', 'ab']
  ]
  it.each(users)('a user with %s: an error without a valid userPrincipalName', (_, value, code, proposal) => {
    const findings = findingsOf({ sAMAccountName: [value], userPrincipalName: ['a b@contoso.com'] })
    const own = findings.filter(({ attribute }) => attribute === 'sAMAccountName')
    expect(verdicts(own)).toEqual([`error ${code}`])
    expect(proposalOf(own)).toBe(proposal)
  })
  it.each(users)('a user with %s: a warning beside a valid one', (_, value, code, proposal) => {
    const findings = findingsOf({ sAMAccountName: [value] })
    expect(verdicts(findings)).toEqual([`warning ${code}`])
    expect(proposalOf(findings)).toBe(proposal)
  })

  const others: [
    name: string,
    type: 'user' | 'group',
    value: string,
    verdicts: string[],
    proposal?: string
  ][] = [
    ['20 characters', 'user', x(20), []],
    ['256 characters', 'group', x(256), []],
    ['257 characters', 'group', x(257), ['warning too-long'], x(256)],
    ['spaces inside', 'group', 'Sales North', []],
    ['a bad sign', 'group', 'R+D', ['warning invalid-character'], 'RD'],
    ['nothing but bad signs', 'group', '*', ['warning invalid-character', 'warning unexpected-start']],
    ['an apostrophe', 'user', "o'neil", ['warning unexpected-character'], 'oneil'],
    ['#', 'user', '#ann', ['warning unexpected-start'], 'ann'],
    ['$', 'user', '$ann', ['warning unexpected-start'], 'ann'],
    ['a letter with an accent', 'user', 'élan', []]
  ]
  it.each(others)('%s (%s)', (_, type, value, expected, proposal) => {
    const findings = findingsOf({ sAMAccountName: [value] }, type)
    expect(verdicts(findings)).toEqual(expected)
    expect(proposalOf(findings)).toBe(proposal)
  })
})
