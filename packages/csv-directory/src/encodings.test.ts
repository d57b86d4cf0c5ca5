import { describe, expect, it } from 'vitest'
import type { CsvMapping } from './csv-mapping.ts'
import { describeHeader } from './describe-header.ts'
import { collect, known } from './test-reading.ts'

const text = 'ID;Surname;City\r\n1;Müller;Köln\r\n2;"Łódź; €";日本 😀\r\n'
const western = 'ID,Surname,City\r\n1,Müller,Köln\r\n'
const utf16 = Buffer.from(text, 'utf16le')

describe('an encoding', () => {
  const cases: [name: string, file: Uint8Array, encoding?: CsvMapping['encoding']][] = [
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-8 with its mark, whatever is set', Buffer.from(`\ufeff${text}`), 'windows-1252'],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 as it is set', utf16, 'utf-16le'],
    ['big-endian UTF-16 with its mark', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()]
  ]
  it.each(cases)('%s', async (_name, file, encoding) => {
    for (const size of [1, 3, file.length]) {
      const mapping = { anchorColumn: 'ID', ...(encoding && { encoding }) }
      const { changes, findings } = await collect(inPieces(file, size), mapping)
      expect(findings).toEqual([])
      expect(changes.map(({ attributes }) => [attributes.sn, attributes.l])).toEqual([
        [['Müller'], ['Köln']],
        [['Łódź; €'], ['日本 😀']]
      ])
    }
  })

  it('Windows-1252, as it is set', async () => {
    const file = Buffer.from('ID,sn\n1,M\xfcller \x80\n', 'latin1')
    const { changes } = await collect(file, { anchorColumn: 'ID', encoding: 'windows-1252' })
    expect(changes).toMatchObject([{ attributes: { sn: ['Müller €'] } }])
  })

  it('Windows-1252 where UTF-8 is expected costs the lines that it damages', async () => {
    const { changes, findings } = await collect(Buffer.from(`${western}2,Doe,Rome\r\n`, 'latin1'))
    expect(changes).toMatchObject([{ attributes: { sn: ['Doe'] } }])
    expect(findings.map(({ line, code, column }) => [line, code, column])).toEqual([
      [2, 'damaged-character', 'Surname'],
      [2, 'damaged-character', 'City']
    ])
  })

  it('that breaks off within a character is a finding of the last line', async () => {
    const { findings } = await collect(Buffer.from('ID,sn\n1,Doe\n2,ü').subarray(0, -1))
    expect(findings).toMatchObject([{ line: 3, code: 'damaged-character' }])
  })
})

describe('describeHeader', () => {
  const columns = (header: string, mapping: Partial<CsvMapping> = {}) =>
    describeHeader(Buffer.from(header), { anchorColumn: 'ID', ...mapping }, known).columns.map(
      ({ heading, attribute, unused, isAnchor }) => [
        heading,
        attribute ?? unused ?? (isAnchor ? 'anchor' : null)
      ]
    )

  it.each([
    [',', 'ID,Last name,"a;b;c"'],
    [';', 'ID;Last name;a,b'],
    ['\t', 'ID\tLast name\ta,b'],
    ['|', 'ID|Last name|a,b'],
    [';', 'sep=;\r\nID;Last name;a'],
    [';', 'a,b,c,d;id;x']
  ])('finds the delimiter %j of %j', (delimiter, header) => {
    expect(describeHeader(Buffer.from(header), { anchorColumn: 'ID' }, known).delimiter).toBe(delimiter)
  })

  it('says what each column is used for', () => {
    expect(
      columns('ID, Given Name ,SURNAME,e_mail,Colour,,givenname2', { columns: { GivenName2: 'L' } })
    ).toEqual([
      ['ID', 'anchor'],
      ['Given Name', 'givenName'],
      ['SURNAME', 'sn'],
      ['e_mail', 'mail'],
      ['Colour', 'unknown-heading'],
      ['', 'no-heading'],
      ['givenname2', 'l']
    ])
  })

  it('lets the anchor give its attribute, unless another column does', () => {
    const anchorColumn = 'Employee number'
    expect(columns('Employee number,sn', { anchorColumn })).toContainEqual(['Employee number', 'employeeID'])
    expect(columns('Employee number,employeeID', { anchorColumn })).toEqual([
      ['Employee number', 'anchor'],
      ['employeeID', 'employeeID']
    ])
  })

  it('does not understand a heading that is left out, or a name of the language itself', () => {
    expect(columns('ID,Surname,constructor,__proto__', { columns: { surname: null } })).toEqual([
      ['ID', 'anchor'],
      ['Surname', null],
      ['constructor', 'unknown-heading'],
      ['__proto__', 'unknown-heading']
    ])
  })
})

async function* inPieces(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size)
}
