import { describe, expect, it } from 'vitest'
import { authoritativeNull, noFlow } from '../attribute-flow.ts'
import { compileExpression } from './expression.ts'
import { ExpressionError } from './fault.ts'
import { evaluated } from './person-for-tests.ts'

const cases: readonly [expression: string, value: unknown][] = [
  // Literals
  ['"a ""quoted"" text"', 'a "quoted" text'],
  ['"a \\"quoted\\" text"', 'a "quoted" text'],
  ['"\\\\0ACNF:"', '\\0ACNF:'],
  ['"\\d"', '\\d'],
  ['98052', 98052n],
  ['&HFF', 255n],
  ['&h21C07000', 566259712n],
  ['-5', -5n],
  ['True', true],
  ['false', false],
  ['NULL', null],
  ['CRLF', '\r\n'],
  ['IgnoreThisFlow', noFlow],
  ['AuthoritativeNull', authoritativeNull],
  // Attributes and parameters
  ['[givenName]', 'Ada'],
  ['[nothing]', null],
  ['[proxyAddresses]', ['SIP:ada@corp.example', 'SMTP:ada@corp.example', 'smtp:a.rossi@corp.example']],
  ['[constructor]', null],
  ['[enabled]', true],
  ['%Domain.FQDN%', 'corp.example.com'],
  ['%domain.ldap%', 'DC=corp,DC=example,DC=com'],
  // Operators
  ['[givenName] & " " & [sn]', 'Ada  Rossi '],
  ['[nothing] & "x"', 'x'],
  ['"n" & 1 & True', 'n1True'],
  ['[phones] & "!"', ['1-2!', '3-4!']],
  ['2 * (5 + 3)', 16n],
  ['2 * 5 + 3', 13n],
  ['7 / 2', 3n],
  ['10 - 4 - 3', 3n],
  ['[nothing] + 1', null],
  ['[userAccountControl] + 1', 515n],
  ['[employeeType] = "intern"', true],
  ['[employeeType] <> "Staff"', true],
  ['[nothing] = ""', true],
  ['[nothing] = NULL', true],
  ['[nothing] = "x"', false],
  ['[nothing] <> "x"', true],
  ['[recipient] = 2', true],
  ['[recipient] = "2"', true],
  ['[employeeID] = "7"', false],
  ['[employeeID] = 7', true],
  ['[flag] = True', true],
  ['[enabled] = "true"', true],
  ['[givenName] = True', false],
  ['"9" < "10"', true],
  ['"b" > "A"', true],
  ['[nothing] < 5', false],
  ['5 <= 5', true],
  ['6 >= 7', false],
  ['"a" & "b" = "ab"', true],
  ['CDate("2030-01-02") > CDate("2030-01-01")', true],
  ['True && False', false],
  ['True || Error("not asked")', true],
  ['False && Error("not asked")', false],
  ['!True', false],
  ['!([nothing] = "x")', true]
]

describe('an expression', () => {
  it.each(cases)('%s', (text, value) => {
    expect(evaluated(text)).toEqual(value)
  })

  it('tells which attributes it reads, each once, in the spelling that is asked for', () => {
    const spelling = (name: string) => (name.toLowerCase() === 'sn' ? 'sn' : name)
    const compiled = compileExpression('[SN] & [mail] & ImportedValue("sn") & %Domain.FQDN%', { spelling })
    expect(compiled).toMatchObject({ ok: { sources: ['sn', 'mail', 'dn'] } })
  })

  const failures: readonly [expression: string, message: RegExp][] = [
    ['Error("Ask " & [givenName])', /^Ask Ada$/],
    ['Item([phones],3)', /no value number 3/],
    ['CNum([givenName])', /"Ada" is not a whole number/],
    ['CDate([givenName])', /"Ada" is not a date/],
    ['IIF([givenName],1,2)', /neither True nor False/],
    ['1 / 0', /divided by zero/],
    ['9223372036854775807 * 9223372036854775807', /64 bits/],
    ['[phones] = "1-2" && True', /several values/],
    ['[phones] & Split("a,b,c",",")', /Lists of 2 and of 3/],
    ['CDate("2030-01-01") < 5', /have no order/],
    ['[parts]', /several parts/],
    ['PadLeft("x", 99999999, "y")', /more than 1048576 characters/],
    ['PadLeft("x", 3, "yy")', /exactly one character/],
    ['ReplaceChars("x", "ab:c")', /cannot read "ab:c"/],
    ['DateAdd("yyyy", 99999, "2030-01-01")', /years 1 to 9999/],
    ['StringFromSid("x")', /not a SID/],
    ['ConvertFromBase64("x")', /not Base64/],
    ['FormatDateTime("x", , "yyyy", "yyyy")', /not a date of the format yyyy/]
  ]
  it.each(failures)('fails for the object: %s', (text, message) => {
    expect(() => evaluated(text)).toThrow(message)
    expect(() => evaluated(text)).toThrow(ExpressionError)
  })
})
