import { PermanentError, SetupError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { CsvFileError } from './csv-file-error.ts'
import type { CsvMapping } from './csv-mapping.ts'
import { collect } from './test-reading.ts'

describe('a file that cannot be used', () => {
  const utf16 = Buffer.from('ID,sn\n1,Doe\n', 'utf16le')
  const cases: [
    name: string,
    file: string | Uint8Array,
    code: string,
    says: RegExp,
    mapping?: Partial<CsvMapping>
  ][] = [
    ['is empty', '', 'csv-empty', /empty/],
    ['has nothing but a byte order mark', '\ufeff', 'csv-empty', /empty/],
    ['has nothing but empty lines', '\n\r\n ;;\n', 'csv-empty', /empty/],
    ['is a workbook', Buffer.from('PK\u0003\u0004…'), 'csv-spreadsheet', /save it as "CSV UTF-8/],
    ['is an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'csv-spreadsheet', /save it as "CSV/],
    ['is binary', 'ID,sn\n1,\0\n', 'csv-binary', /not text/],
    ['is UTF-16 and does not say so', utf16, 'csv-encoding', /utf-16le/],
    ['is not UTF-16', 'ID,sn\n1,x', 'csv-encoding', /utf-8 or windows-1252/, { encoding: 'utf-16le' }],
    ['has damaged headings', Buffer.from('ID,Stra\xdfe\n1,x', 'latin1'), 'csv-encoding', /windows-1252/],
    ['lacks the anchor', 'Id no;Name\n1;x', 'csv-anchor-column', /"ID".*Its columns are "Id no", "Name"\./],
    ['has another delimiter', 'ID;sn\n1;x', 'csv-anchor-column', /"ID;sn"/, { delimiter: ',' }],
    [
      'lacks a column of the mapping',
      'ID,sn\n1,x',
      'csv-missing-column',
      /"Rank"/,
      { columns: { Rank: 'title' } }
    ],
    ['has a heading twice', 'ID,Name,name\n1,x,y', 'csv-duplicate-column', /"name"/],
    [
      'has two columns for one attribute',
      'ID,E-mail,Mail\n',
      'csv-duplicate-attribute',
      /"E-mail" and "Mail".* mail/
    ],
    ['has two columns for the account state', 'ID,Active,Disabled\n', 'csv-duplicate-attribute', /"Active"/],
    [
      'maps two columns to one',
      'ID,a,b\n',
      'csv-duplicate-attribute',
      /"a"/,
      { columns: { a: 'sn', b: 'SN' } }
    ],
    ['opens a quote in its header', 'ID,"sn\n1,x', 'csv-header', /quote/],
    ['has a header without an end', `ID,${'x'.repeat(100_000)}`, 'csv-header', /too long/]
  ]
  it.each(cases)('%s', async (_name, file, code, says, mapping = {}) => {
    const reading = collect(file, { anchorColumn: 'ID', ...mapping })
    await expect(reading).rejects.toBeInstanceOf(CsvFileError)
    await expect(reading).rejects.toBeInstanceOf(PermanentError)
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(says) })
  })

  const mappings: [name: string, mapping: unknown, says: RegExp][] = [
    ['no anchor', {}, /anchorColumn/],
    ['a blank anchor', { anchorColumn: ' ' }, /anchorColumn/],
    ['an unknown delimiter', { anchorColumn: 'ID', delimiter: ':' }, /semicolon/],
    ['an unknown encoding', { anchorColumn: 'ID', encoding: 'ebcdic' }, /windows-1252/],
    ['an empty separator', { anchorColumn: 'ID', multiValueSeparator: '' }, /multiValueSeparator/],
    ['a column twice', { anchorColumn: 'ID', columns: { A: 'sn', 'a ': null } }, /"a" twice/]
  ]
  it.each(mappings)('a mapping with %s fits no file', async (_name, mapping, says) => {
    const reading = collect('ID\n1', mapping as CsvMapping)
    await expect(reading).rejects.toBeInstanceOf(SetupError)
    await expect(reading).rejects.toMatchObject({ code: 'csv-mapping', message: expect.stringMatching(says) })
  })

  it('that has no people is read, and is empty', async () => {
    expect(await collect('ID,sn')).toMatchObject({
      changes: [],
      findings: [],
      end: { lines: 0, identified: 0 }
    })
  })
})
