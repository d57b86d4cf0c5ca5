import { describe, expect, it } from 'vitest'
import { findingsCsv } from './csv.ts'
import type { FindingRow } from './finding-row.ts'
import { findingsText } from './text.ts'

const finding = {
  attribute: 'userPrincipalName',
  code: 'invalid-character',
  severity: 'error',
  value: 'a b@contoso.com',
  why: 'It has a space.'
} as const

const row = (more: Partial<FindingRow['finding']> = {}): FindingRow => ({
  connector: 'ad',
  objectGuid: '11111111-1111-1111-1111-111111111111',
  dn: 'CN=Lee\\, Ann,OU=People,DC=contoso,DC=com',
  objectClass: 'user',
  finding: { ...finding, ...more }
})

const fix = {
  action: 'replace',
  attribute: 'userPrincipalName',
  from: 'a b@contoso.com',
  to: 'ab@contoso.com',
  confidence: 'guess'
} as const

async function all(parts: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = []
  for await (const part of parts) list.push(part)
  return list
}

async function whole(parts: AsyncIterable<string>): Promise<string> {
  return (await all(parts)).join('')
}

describe('findingsCsv', () => {
  it("has IdFix's columns and names", async () => {
    expect(await whole(findingsCsv([row({ fix })]))).toBe(
      '\ufeffDISTINGUISHEDNAME,COMMONNAME,OBJECTCLASS,ATTRIBUTE,ERROR,VALUE,UPDATE,PROPOSEDACTION,ACTION\r\n' +
        '"CN=Lee\\, Ann,OU=People,DC=contoso,DC=com","Lee, Ann",user,userPrincipalName,Character,a b@contoso.com,ab@contoso.com,Edit,\r\n'
    )
  })

  const actions: [name: string, row: FindingRow, update: string, action: string][] = [
    ['no fix', row(), '', ''],
    [
      'a removal',
      row({
        fix: {
          action: 'remove-value',
          attribute: 'proxyAddresses',
          from: 'smtp:',
          to: null,
          confidence: 'certain'
        }
      }),
      '',
      'Remove'
    ]
  ]
  it.each(actions)('%s', async (_name, one, update, action) => {
    expect(await whole(findingsCsv([one]))).toContain(`,${update},${action},\r\n`)
  })

  const cells: [value: string, cell: string][] = [
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@a', "'@a"],
    ['\ta', "'\ta"],
    ['＝1', "'＝1"],
    ["'a", "''a"],
    ['a"b', '"a""b"'],
    ['a\r\nb', '"a\r\nb"'],
    ['=a,"b"', '"\'=a,""b"""']
  ]
  it.each(cells)('the value %j stands as %j', async (value, cell) => {
    expect(await whole(findingsCsv([row({ value })]))).toContain(`,Character,${cell},`)
  })

  it('comes in parts', async () => {
    const parts = await all(findingsCsv(Array.from({ length: 1200 }, () => row())))
    expect(parts).toHaveLength(4)
    expect(parts.join('').split('\r\n')).toHaveLength(1202)
  })
})

describe('findingsText', () => {
  const counts = [
    { code: 'invalid-character', attribute: 'userPrincipalName', severity: 'error', findings: 12 },
    { code: 'blank', attribute: 'displayName', severity: 'warning', findings: 1 }
  ] as const

  it('counts, then lists in columns', async () => {
    expect(await whole(findingsText([row({ fix })], counts))).toMatchInlineSnapshot(`
      "12 errors, 1 warning

             12  error     invalid-character    userPrincipalName
              1  warning   blank                displayName

      SEVERITY  CODE                 ATTRIBUTE           VALUE                                 PROPOSED                              OBJECT
      error     invalid-character    userPrincipalName   a b@contoso.com                       ab@contoso.com                        CN=Lee\\, Ann,OU=People,DC=contoso,DC=com
      "
    `)
  })
  it('says when there is nothing', async () => {
    expect(await whole(findingsText([], []))).toBe('Nothing was found.\n')
  })
  it('shows what cannot be seen, and lets no value write over the screen', async () => {
    const text = await whole(findingsText([row({ value: 'a\u001b[2J\u202eb\n' })], counts))
    expect(text).toContain('a\\u{1b}[2J\\u{202e}b\\u{a}')
  })
  it('shortens wide values in the middle', async () => {
    const text = await whole(findingsText([row({ value: `${'a'.repeat(40)}@contoso.com` })], counts))
    expect(text).toContain(`${'a'.repeat(18)}…aaaaa@contoso.com `)
  })
})
