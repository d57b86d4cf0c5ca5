import { expect, it } from 'vitest'
import { findingsOf, proposalOf, verdicts } from '../example-object.ts'

const x = (count: number) => 'x'.repeat(count)
const period = ['error misplaced-period']
const character = ['error invalid-character']

const cases: [name: string, value: string, verdicts: readonly string[], proposal?: string][] = [
  ['plain', 'ann.lee', []],
  ['signs that are allowed', "a!b#c$d%e&f'g*h+i-j/k=l?m^n_o`p{q|r}s~t", []],
  ['a period at the beginning', '.ann', period, 'ann'],
  ['several periods at the beginning', '...ann', period, 'ann'],
  ['a period at the end', 'ann.', period, 'ann'],
  ['two periods', 'ann..lee', period, 'ann.lee'],
  ['nothing but periods', '..', period],
  ['an address', 'ann@contoso.com', character, 'ann'],
  ['a space', 'ann lee', character, 'annlee'],
  ...Array.from('@()\\[]";:<>,').map((sign): [string, string, string[], string] => [
    `the sign ${sign}`,
    `a${sign}`,
    character,
    'a'
  ]),
  ['an accent', 'andré', ['error non-ascii'], 'andre'],
  ['64 characters', x(64), []],
  ['65 characters', x(65), ['error too-long'], x(64)],
  ['long only with its spaces', `${x(60)}${' '.repeat(10)}y`, [...character, 'error too-long'], `${x(60)}y`],
  ['a period where it is cut', `${x(63)}.y`, ['error too-long'], x(63)],
  ['# at the beginning', '#ann', ['warning unexpected-start'], 'ann'],
  ['spaces around', ' ann', ['warning spaces-around'], 'ann']
]

it.each(cases)('mailNickname: %s', (_, value, expected, proposal) => {
  for (const type of ['user', 'group', 'contact'] as const) {
    const findings = findingsOf({ mailNickname: [value] }, type)
    expect(verdicts(findings)).toEqual(expected)
    expect(proposalOf(findings)).toBe(proposal)
  }
})
