import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { anchorToGuid } from './person/anchor.ts'
import { readCsv } from './read-csv.ts'
import { bytes, collect, known } from './test-reading.ts'

const guidOf = anchorToGuid('hr')

describe('readCsv', () => {
  it('makes a user of a line, told completely', async () => {
    const { changes, findings, end } = await collect(
      'Employee ID,First name,Surname,E-mail,Job title,Reports to,Active\nE1,Jane,Doe,jane@x.test,Engineer,E1,yes\n',
      { anchorColumn: 'employee id' }
    )
    expect(changes).toEqual([
      {
        objectGuid: guidOf('E1'),
        dn: 'CN=E1,O=hr',
        objectClass: 'user',
        complete: true,
        state: 'present',
        attributes: {
          employeeID: ['E1'],
          givenName: ['Jane'],
          sn: ['Doe'],
          mail: ['jane@x.test'],
          title: ['Engineer'],
          cn: ['Jane Doe'],
          name: ['Jane Doe'],
          sAMAccountName: ['E1'],
          userAccountControl: ['512']
        },
        links: [{ attribute: 'manager', added: [guidOf('E1')], removed: [] }],
        replacesLinks: ['manager']
      }
    ])
    expect(findings).toEqual([])
    expect(end).toEqual({ kind: 'end', lines: 1, used: 1, identified: 1, unidentified: 0 })
  })

  const values: [name: string, text: string, attributes: Record<string, string[] | undefined>][] = [
    ['shows displayName', 'ID,displayName,sn\n1,Shown,Doe', { displayName: ['Shown'], cn: ['Shown'] }],
    ['shows the surname alone', 'ID,sn\n1,Doe', { cn: ['Doe'], name: ['Doe'] }],
    ['shows the anchor when no name is given', 'ID,city\n1,Town', { cn: ['1'], l: ['Town'] }],
    ['takes the account name of a column', 'ID,Username\n1, jdoe ', { sAMAccountName: ['jdoe'] }],
    ['takes the anchor for an empty account name', 'ID,Username\n1,', { sAMAccountName: ['1'] }],
    ['knows a disabled account', 'ID,Active\n1,FALSE', { userAccountControl: ['514'] }],
    ['knows a column that says the contrary', 'ID,Disabled\n1,yes', { userAccountControl: ['514'] }],
    ['knows a raw userAccountControl', 'ID,userAccountControl\n1,66048', { userAccountControl: ['66048'] }],
    ['keeps the line breaks of an address', 'ID,street\n1,"a\r\nb"', { streetAddress: ['a\r\nb'] }],
    ['keeps one value without a separator', 'ID,proxyAddresses\n1,a;b', { proxyAddresses: ['a;b'] }],
    [
      'turns a GUID into the octets that AD keeps',
      'ID,mS-DS-ConsistencyGuid\n1,{00112233-4455-6677-8899-AABBCCDDEEFF}',
      { 'mS-DS-ConsistencyGuid': ['MyIRAFVEd2aImaq7zN3u/w=='] }
    ]
  ]
  it.each(values)('%s', async (_name, text, attributes) => {
    const { changes } = await collect(text)
    expect(changes.map(change => change.attributes)).toMatchObject([attributes])
  })

  it('leaves empty values out', async () => {
    const { changes } = await collect('ID,title,displayName\n1, ,""')
    expect(Object.keys(changes[0]?.attributes ?? {})).toEqual([
      'cn',
      'name',
      'sAMAccountName',
      'userAccountControl'
    ])
  })

  it('splits what can have several values, and nothing else', async () => {
    const mapping = { anchorColumn: 'ID', multiValueSeparator: ',' }
    const { changes } = await collect('ID;proxyAddresses;displayName\n1;a, b,,a;Doe, Jane', mapping)
    expect(changes[0]?.attributes).toMatchObject({ proxyAddresses: ['a', 'b'], displayName: ['Doe, Jane'] })
  })

  it('reads the example without a finding', async () => {
    const file = await readFile(new URL('../example-people.csv', import.meta.url))
    const mapping = { anchorColumn: 'Employee number' }
    const attributes = [...known, 'department', 'co', 'msExchUsageLocation']
    const { changes, findings, end } = await collect(file, mapping, attributes)
    expect(findings).toEqual([])
    expect(changes.map(change => change.attributes.cn)).toEqual([
      ['Ada Example'],
      ['Ben Sample'],
      ['Zoë Muster']
    ])
    expect(changes[0]?.attributes.streetAddress).toEqual(['1 Main Street\r\nBuilding "C"'])
    expect(end).toEqual({ kind: 'end', lines: 3, used: 3, identified: 3, unidentified: 0 })
  })

  it('clears the manager where the column is empty or gone', async () => {
    for (const text of ['ID,Manager\n1,', 'ID,city\n1,x']) {
      const { changes } = await collect(text)
      expect(changes).toMatchObject([{ links: [], replacesLinks: ['manager'] }])
    }
  })

  it('writes an anchor into the distinguished name with its special characters escaped', async () => {
    const { changes } = await collect('ID\n"#a, b+c"')
    expect(changes[0]?.dn).toBe('CN=\\#a\\, b\\+c,O=hr')
  })

  it('gives attributes only that something reads', async () => {
    const { changes } = await collect('ID,title,sn\n1,x,y', { anchorColumn: 'ID' }, ['sn'])
    expect(changes[0]?.attributes).toEqual({ sn: ['y'] })
  })

  it('names managers who are not in the file once, after the changes', async () => {
    const { findings, changes } = await collect('ID,Manager\n1,9\n2,8\n3,9\n4,1\n5,6\n6,"x', {
      anchorColumn: 'ID'
    })
    expect(changes).toHaveLength(5)
    expect(findings.filter(({ severity }) => severity === 'warning')).toMatchObject([
      {
        line: 2,
        code: 'manager-not-in-file',
        column: 'Manager',
        message: expect.stringContaining('1 more line')
      },
      { line: 3, code: 'manager-not-in-file', column: 'Manager' }
    ])
  })

  it('says which columns it does not use, unless that was asked for', async () => {
    const columns = { Shoes: null, Rank: 'rank' }
    const { findings } = await collect('\nID,Shoes,Rank,Colour,\n1,2,3,4,5', { anchorColumn: 'ID', columns })
    expect(findings.map(({ line, code, column }) => [line, code, column])).toEqual([
      [2, 'attribute-not-read', 'Rank'],
      [2, 'column-not-used', 'Colour'],
      [2, 'column-not-used', undefined]
    ])
  })

  it('gives steps of at most 500, and smaller ones where values are long', async () => {
    const short = Array.from({ length: 1_201 }, (_, at) => `${at},x,`)
    const long = Array.from({ length: 3 }, (_, at) => `L${at},x,${'y'.repeat(600_000)}`)
    const bad = Array.from({ length: 501 }, () => 'x')
    const text = ['ID,sn,Note', ...short, ...long, ...bad].join('\n')
    const sizes: Record<string, number[]> = { changes: [], findings: [] }
    for await (const step of readCsv(
      'hr',
      bytes(text),
      { anchorColumn: 'ID', columns: { Note: null } },
      known
    )) {
      if (step.kind === 'changes') sizes.changes?.push(step.changes.length)
      if (step.kind === 'findings') sizes.findings?.push(step.findings.length)
    }
    expect(sizes).toEqual({ changes: [500, 500, 203, 1], findings: [500, 1] })
  })

  it('asks for no more bytes than the steps that are taken need, and closes the source when it is left', async () => {
    let given = 0
    let isClosed = false
    async function* source() {
      try {
        yield Buffer.from('ID,sn\n')
        for (;;) yield Buffer.from(`${given++},Doe\n`)
      } finally {
        isClosed = true
      }
    }
    for await (const step of readCsv('hr', source(), { anchorColumn: 'ID' }, known)) {
      expect(step.kind).toBe('changes')
      break
    }
    expect(given).toBeLessThan(10_000)
    expect(isClosed).toBe(true)
  })
})
