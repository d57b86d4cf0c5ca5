import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChangeRecord } from './change-record.ts'
import { readLdif } from './read-ldif.ts'
import { ldifHeader, writeRecord } from './write-ldif.ts'

const record = (value: string): ChangeRecord => ({
  dn: 'CN=Jane,DC=x',
  changes: [{ operation: 'replace', attribute: 'sn', values: [value] }]
})

async function read(text: string, size = text.length || 1): Promise<ChangeRecord[]> {
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size)
  )
  const records: ChangeRecord[] = []
  for await (const one of readLdif(chunks)) records.push(one)
  return records
}

describe('writing', () => {
  const cases: [string, string, string][] = [
    ['plain text', 'Doe', 'sn: Doe'],
    ['an empty value', '', 'sn: '],
    ['a colon inside', 'a:b', 'sn: a:b'],
    ['a colon at the beginning', ':b', 'sn:: OmI='],
    ['a space at the beginning', ' b', 'sn:: IGI='],
    ['a less-than sign at the beginning', '<b', 'sn:: PGI='],
    ['a space at the end', 'b ', 'sn:: YiA='],
    ['a line feed', 'a\nb', 'sn:: YQpi'],
    ['beyond ASCII', 'Doé', 'sn:: RG/DqQ==']
  ]
  it.each(cases)('%s', (_name, value, line) => {
    expect(writeRecord(record(value)).split('\n')).toContain(line)
  })

  it('writes a record as RFC 2849 shows it', () => {
    const written = writeRecord(
      {
        dn: 'CN=Jane,DC=x',
        changes: [
          { operation: 'delete', attribute: 'mail', values: ['b@x'] },
          { operation: 'add', attribute: 'mail', values: ['a@x', 'c@x'] },
          { operation: 'delete', attribute: 'sn' }
        ]
      },
      ['objectGUID: 1\nmail: evil']
    )
    expect(written.split('\n')).toEqual([
      '',
      '# objectGUID: 1?mail: evil',
      'dn: CN=Jane,DC=x',
      'changetype: modify',
      'delete: mail',
      'mail: b@x',
      '-',
      'add: mail',
      'mail: a@x',
      'mail: c@x',
      '-',
      'delete: sn',
      '-',
      ''
    ])
  })

  it('folds at 76 columns', () => {
    const lines = writeRecord(record('x'.repeat(200))).split('\n')
    expect(Math.max(...lines.map(line => line.length))).toBe(76)
    expect(lines.filter(line => line.startsWith(' '))).toHaveLength(2)
  })

  it('refuses a name that would begin another line', () => {
    const changes = [{ operation: 'add', attribute: 'sn\nmail', values: ['x'] }] as const
    expect(() => writeRecord({ dn: 'CN=x', changes })).toThrow(TypeError)
  })
})

describe('reading', () => {
  it('takes comments, folds, CRLF, a byte order mark and empty lines as they come', async () => {
    const text = [
      '\ufeff# a comment',
      ' that goes on',
      'version: 1',
      '',
      '',
      'dn: CN=Ja',
      ' ne,DC=x',
      '# between',
      'changetype: modify',
      'REPLACE: sn',
      'SN:   Doe',
      '-',
      '',
      ''
    ].join('\r\n')
    expect(await read(text)).toEqual([
      {
        dn: 'CN=Jane,DC=x',
        changes: [{ operation: 'replace', attribute: 'sn', values: ['Doe'] }]
      }
    ])
  })

  it('finds nothing in nothing', async () => {
    expect(await read('')).toEqual([])
    expect(await read('version: 1\n# nothing\n')).toEqual([])
  })

  const head = 'version: 1\n\ndn: CN=x\nchangetype: modify\n'
  const faults: [string, string, number, RegExp][] = [
    ['another version', 'version: 2\n', 1, /version/],
    ['a continuation of nothing', ' x\n', 1, /continues/],
    ['a continuation after an empty line', '\n x\n', 2, /continues/],
    ['a line without a colon', 'version: 1\n\nhello\n', 3, /colon/],
    ['a record without a name', 'sn: x\n', 1, /"dn:"/],
    ['a whole entry', 'dn: CN=x\nsn: x\n', 2, /changetype: modify/],
    ['another change', 'dn: CN=x\nchangetype: delete\n', 2, /changetype: modify/],
    ['a control', 'dn: CN=x\ncontrol: 1.2\nchangetype: modify\n', 2, /changetype: modify/],
    ['a name alone', 'dn: CN=x\n', 1, /changetype: modify/],
    ['an unknown operation', `${head}increment: uid\n-\n`, 5, /"add:"/],
    ['no attribute', `${head}add: \n-\n`, 5, /name of an attribute/],
    ['a value of another attribute', `${head}add: sn\nmail: x\n-\n`, 6, /a value of sn/],
    ['no end of the change', `${head}add: sn\nsn: x\n`, 6, /"-"/],
    ['a value by URL', `${head}add: sn\nsn:< file:///etc/passwd\n-\n`, 6, /URL/],
    ['a value that is no Base64', `${head}add: sn\nsn:: ***\n-\n`, 6, /Base64/]
  ]
  it.each(faults)('tells the line of %s', async (_name, text, line, message) => {
    await expect(read(text)).rejects.toMatchObject({ line, message: expect.stringMatching(message) })
  })
})

describe('writing and reading', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 })
  const bytes = fc.uint8Array({ maxLength: 40 }).map(value => Buffer.from(value))
  const change = fc.record({
    operation: fc.constantFrom('add' as const, 'delete' as const, 'replace' as const),
    attribute: fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}(;[a-z0-9-]{1,9})?$/),
    values: fc.array(fc.oneof(text, bytes), { maxLength: 4 })
  })
  const records = fc.array(fc.record({ dn: text, changes: fc.array(change, { maxLength: 4 }) }), {
    maxLength: 4
  })
  const asBytes = (all: readonly ChangeRecord[]) =>
    all.map(({ dn, changes }) => ({
      dn,
      changes: changes.map(({ values = [], ...rest }) => ({
        ...rest,
        values: values.map(value => Buffer.from(value as string).toString('hex'))
      }))
    }))

  it('brings back what was written, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 100 }), async (all, size) => {
        const ldif = ldifHeader + all.map(one => writeRecord(one, ['a comment'])).join('')
        expect(ldif).toMatch(/^[\n -~]*$/)
        expect(Math.max(...ldif.split('\n').map(line => line.length))).toBeLessThanOrEqual(76)
        expect(asBytes(await read(ldif, size))).toEqual(asBytes(all))
      })
    )
  })

  it('throws nothing but its own fault for any text', async () => {
    const pieces = fc.constantFrom(
      'dn: x',
      'changetype: modify',
      'add: sn',
      'sn: x',
      '-',
      '\n',
      ' ',
      '#',
      ':',
      'é'
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), async parts => {
        await read(parts.join('\n')).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'PermanentError', line: expect.any(Number) })
        })
      })
    )
  })
})
