import { describe, expect, it } from 'vitest'
import type { CsvFinding } from './csv-step.ts'
import { anchorToGuid } from './person/anchor.ts'
import { collect } from './test-reading.ts'

const guidOf = anchorToGuid('hr')
const guid = '00112233-4455-6677-8899-aabbccddeeff'

describe('a line that cannot be used', () => {
  const cases: [name: string, header: string, line: string, finding: Partial<CsvFinding>, of?: string][] = [
    ['has too few values', 'ID,sn', '1', { code: 'wrong-column-count' }, '1'],
    ['has too many values', 'ID,sn', '1,a,b', { code: 'wrong-column-count' }, '1'],
    [
      'has too many values, so that the anchor may be another',
      'sn,ID',
      'a,b,1',
      { code: 'wrong-column-count' }
    ],
    ['has a quote that is never closed', 'ID,sn', '1,"a', { code: 'unterminated-quote' }, '1'],
    ['has a quote that is never closed before the anchor', 'sn,ID', '"a,1', { code: 'unterminated-quote' }],
    ['has a quote within a value', 'ID,sn', '1,a"b"', { code: 'misplaced-quote' }, '1'],
    ['has no anchor', 'ID,sn', ' ,a', { code: 'missing-anchor', column: 'ID' }],
    [
      'has a control character in its anchor',
      'ID,sn',
      '1\u0007,a',
      { code: 'control-character', column: 'ID' }
    ],
    [
      'has an anchor that is too long',
      'ID,sn',
      `${'1'.repeat(257)},a`,
      { code: 'value-too-long', column: 'ID' }
    ],
    [
      'has an anchor that a spreadsheet rounded',
      'ID,sn',
      '1.23E+11,a',
      { code: 'spreadsheet-value', column: 'ID' }
    ],
    [
      'has an anchor that is nearly a GUID',
      'ID,sn',
      `${guid.slice(1)},a`,
      { code: 'invalid-guid', column: 'ID' }
    ],
    [
      'has zeros for a GUID',
      'ID,sn',
      `${guid.replace(/\w/g, '0')},a`,
      { code: 'invalid-guid', column: 'ID' }
    ],
    ['has a damaged anchor', 'ID,sn', '1\ufffd,a', { code: 'damaged-character', column: 'ID' }],
    [
      'has a damaged value',
      'ID,Surname',
      '1,M\ufffdller',
      { code: 'damaged-character', column: 'Surname' },
      '1'
    ],
    ['has a control character', 'ID,sn', '1,a\u0001b', { code: 'control-character', column: 'sn' }, '1'],
    ['has a line break in a name', 'ID,sn', '1,"a\nb"', { code: 'control-character', column: 'sn' }, '1'],
    [
      'has a name that is too long',
      'ID,sn',
      `1,${'x'.repeat(65)}`,
      { code: 'value-too-long', column: 'sn' },
      '1'
    ],
    ['has an error of the spreadsheet', 'ID,sn', '1,#N/A', { code: 'spreadsheet-value', column: 'sn' }, '1'],
    [
      'has an account state nobody knows',
      'ID,On',
      '1,maybe',
      { code: 'account-state-unknown', column: 'On' },
      '1'
    ],
    ['has an empty account state', 'ID,On', '1,', { code: 'account-state-unknown', column: 'On' }, '1'],
    [
      'has a userAccountControl of words',
      'ID,UserAccountControl',
      '1,on',
      { code: 'account-state-unknown' },
      '1'
    ],
    ['has a GUID that is none', 'ID,mS-DS-ConsistencyGuid', '1,x', { code: 'invalid-guid' }, '1'],
    [
      'has a manager that is nearly a GUID',
      'ID,Manager',
      `1,${guid}0`,
      { code: 'invalid-guid', column: 'Manager' },
      '1'
    ]
  ]
  it.each(cases)('%s', async (_name, header, line, finding, of) => {
    const mapping = { anchorColumn: 'ID', columns: header.includes('On') ? { On: 'accountEnabled' } : {} }
    const { changes, findings, end } = await collect(`${header}\n${line}\n`, mapping)
    expect(changes).toEqual([])
    expect(findings).toMatchObject([{ line: 2, severity: 'error', ...finding }])
    expect(findings[0]?.objectGuid).toBe(of === undefined ? undefined : guidOf(of))
    const mayHide = of === undefined || line.includes('\n')
    const identified = of === undefined ? 0 : 1
    expect(end).toEqual({ kind: 'end', lines: 1, used: 0, identified, unidentified: mayHide ? 1 : 0 })
  })

  it('has each of its faults named', async () => {
    const { findings } = await collect(`ID,sn,title,Active\n1,#REF!,${'x'.repeat(129)},perhaps`)
    expect(findings.map(({ code, column }) => [code, column])).toEqual([
      ['spreadsheet-value', 'sn'],
      ['value-too-long', 'title'],
      ['account-state-unknown', 'Active']
    ])
  })

  it('is nobody a second time: the first line of an anchor wins, even when it is not used', async () => {
    const { changes, findings, end } = await collect('ID,sn\nE1,Doe\ne1 ,Roe\nE2,#N/A\nE2,Poe\n')
    expect(changes).toMatchObject([{ objectGuid: guidOf('E1'), attributes: { sn: ['Doe'] } }])
    expect(findings).toMatchObject([
      {
        line: 3,
        code: 'duplicate-anchor',
        message: expect.stringContaining('line 2'),
        objectGuid: guidOf('E1')
      },
      { line: 4, code: 'spreadsheet-value', objectGuid: guidOf('E2') },
      {
        line: 5,
        code: 'duplicate-anchor',
        message: expect.stringContaining('line 4'),
        objectGuid: guidOf('E2')
      }
    ])
    expect(end).toEqual({ kind: 'end', lines: 4, used: 1, identified: 2, unidentified: 0 })
  })

  it('does not stop the others', async () => {
    const { changes, findings, end } = await collect('ID,sn\n1,a\n2\n3,"b\n4,c\n,d\n5,e')
    expect(changes.map(change => change.objectGuid)).toEqual(['1', '4', '5'].map(guidOf))
    expect(findings.map(({ line }) => line)).toEqual([3, 4, 6])
    expect(end).toEqual({ kind: 'end', lines: 6, used: 3, identified: 5, unidentified: 1 })
  })

  it('may hold a NUL, far from the beginning', async () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `${at},Doe\n`).join('')
    const { changes, findings } = await collect(`ID,sn\n${lines}x,D\0e\n`)
    expect(changes).toHaveLength(10_000)
    expect(findings).toMatchObject([{ line: 10_002, code: 'control-character', objectGuid: guidOf('x') }])
  })

  it('is not looked for in a column that is left out', async () => {
    const columns = { Note: null }
    const { changes } = await collect('ID,Note\n1,#N/A\u0007', { anchorColumn: 'ID', columns })
    expect(changes).toHaveLength(1)
  })

  it('may lie hidden in a value of several lines', async () => {
    const { changes, findings, end } = await collect('ID,street,sn\n1,"x,y\n2,b,c\n3,",z\n4,a,b')
    expect(changes.map(change => change.objectGuid)).toEqual(['1', '4'].map(guidOf))
    expect(findings).toMatchObject([{ line: 2, code: 'doubtful-quote', severity: 'warning' }])
    expect(end?.unidentified).toBe(1)
  })

  it('does not show a long value whole', async () => {
    const { findings } = await collect(`ID,Active\n1,${'x'.repeat(500)}`)
    expect(findings[0]?.message.length).toBeLessThan(300)
  })
})
