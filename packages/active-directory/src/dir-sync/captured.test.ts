import { existsSync, readFileSync } from 'node:fs'
import {
  decodeEntry,
  decodeMessage,
  encodeMessage,
  type LdapMessage,
  MessageFrames,
  searchRequest
} from '@opendirsync/ldap'
import { describe, expect, it } from 'vitest'
import { dirSyncControl, readDirSyncControl } from '../protocol/controls.ts'
import { ChangeDecoder } from './change-decoder.ts'

interface Step {
  readonly name: string
  readonly code: number
  readonly request: string
  readonly response: string
  readonly entries: readonly { readonly dn: string; readonly attrs: Record<string, readonly string[]> }[]
}

const file = new URL('../../../../../shared/contract/wire/ldap/dirsync.json', import.meta.url)
const steps: Step[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).steps : []
const attributes = [
  'objectClass',
  'name',
  'isDeleted',
  'sAMAccountName',
  'member',
  'pwdLastSet',
  'unicodePwd',
  'displayName',
  'userPrincipalName',
  'objectSid',
  'lastKnownParent'
]

function messages(hex: string, chunkSize: number): LdapMessage[] {
  const bytes = Buffer.from(hex, 'hex')
  const frames = new MessageFrames()
  const found: LdapMessage[] = []
  for (let offset = 0; offset < bytes.length; offset += chunkSize) {
    frames.push(bytes.subarray(offset, offset + chunkSize), message => found.push(decodeMessage(message)))
  }
  return found
}

function stepOf(name: string): Step {
  const step = steps.find(candidate => candidate.name === name)
  if (step === undefined) throw new Error(`no conversation is called ${name}`)
  return step
}

function entriesOf(list: readonly LdapMessage[]) {
  return list.flatMap(message => (message.kind === 'entry' ? [decodeEntry(message.bytes)] : []))
}

// Conversations of another client with Samba, in a folder beside the repository that not everybody has.
describe.skipIf(steps.length === 0)('captured DirSync conversations', () => {
  it.each(steps)(
    '$name: all entries and the cookie are read, whatever the chunks',
    ({ response, entries, code }) => {
      for (const chunkSize of [1, 7, response.length]) {
        const found = messages(response, chunkSize)
        const read = entriesOf(found).map(({ dn, attributes: list }) => ({
          dn,
          attrs: Object.fromEntries(
            list.map(({ name, values }) => [name, values.map(value => value.toString('base64'))])
          )
        }))
        expect(read).toEqual(entries)
        const last = found.at(-1)
        expect(last).toMatchObject({ kind: 'result', result: { code } })
        const controls = last?.kind === 'result' ? last.result.controls : []
        expect(readDirSyncControl(controls)?.cookie.length).toBeGreaterThan(0)
      }
    }
  )

  it('the first request is written byte for byte as the other client wrote it', () => {
    const request = searchRequest({
      base: 'DC=peer,DC=test',
      scope: 'subtree',
      filter: '(sAMAccountName=fg)',
      attributes
    })
    const bytes = encodeMessage(6, request, [dirSyncControl(0, 0, new Uint8Array())])
    expect(bytes.toString('hex')).toBe(steps[0]?.request)
  })

  const decoder = new ChangeDecoder(attributes)
  const expected: [string, object][] = [
    ['attribute cleared', { state: 'present', complete: false, attributes: { displayName: [] } }],
    ['password reset', { attributes: { unicodePwd: [], pwdLastSet: ['134398416486926830'] } }],
    [
      'rename',
      { dn: 'CN=f1 renamed,OU=F,DC=peer,DC=test', parentGuid: '5ae94ddf-24ef-4cab-983c-3166610bfd36' }
    ],
    [
      'move',
      { dn: 'CN=f1 renamed,CN=Users,DC=peer,DC=test', parentGuid: 'd8b8a5d1-00a2-4270-a69d-1651b5093452' }
    ],
    [
      'parent OU renamed',
      { objectGuid: '5ae94ddf-24ef-4cab-983c-3166610bfd36', attributes: { name: ['F-renamed'] } }
    ],
    [
      'delete of a group member',
      { state: 'deleted', attributes: { displayName: [], lastKnownParent: ['OU=F-renamed,DC=peer,DC=test'] } }
    ],
    ['undelete (restore)', { state: 'restored', attributes: { isDeleted: [], pwdLastSet: ['0'] } }]
  ]
  it.each(expected)('%s becomes a change', (name, change) => {
    const [entry] = entriesOf(messages(stepOf(name).response, 64))
    expect(entry).toBeDefined()
    if (entry !== undefined) expect(decoder.decode(entry, false)).toMatchObject(change)
  })

  it('says nothing when nothing has changed', () => {
    expect(entriesOf(messages(stepOf('idle').response, 64))).toEqual([])
  })

  // The other client asked without extended DNs, which a link needs: they are put in, all else stays.
  const [f1, f2] = ['a49aedb4-bee5-48a7-b240-5442f79f9139', 'dd9a8106-f738-442d-a814-667e1d0e686c']
  const extended = (value: Buffer) =>
    Buffer.from(`<GUID=${value.includes('CN=f1,') ? f1 : f2}>;${value.toString()}`)
  const memberCases: [string, object][] = [
    [
      'member add flags 0',
      { links: [{ attribute: 'member', added: [f2, f1], removed: [] }], replacesLinks: ['member'] }
    ],
    ['member add IV', { links: [{ attribute: 'member', added: [f1, f2], removed: [] }] }],
    ['member remove IV', { links: [{ attribute: 'member', added: [], removed: [f1] }] }]
  ]
  it.each(memberCases)('%s becomes a change of links', (name, change) => {
    const [entry] = entriesOf(messages(stepOf(name).response, 64))
    if (entry === undefined) throw new Error('no entry')
    expect(() => decoder.decode(entry, false)).toThrow(/without its objectGUID/)
    const list = entry.attributes.map(({ name: attribute, values }) => ({
      name: attribute,
      values: attribute.startsWith('member') ? values.map(extended) : values
    }))
    const decoded = decoder.decode({ dn: entry.dn, attributes: list }, false)
    expect(decoded).toMatchObject(change)
    expect('replacesLinks' in decoded).toBe('replacesLinks' in change)
  })

  it('has a test for every conversation', () => {
    const [first] = steps
    const tested = [
      first?.name,
      'idle',
      ...expected.map(([name]) => name),
      ...memberCases.map(([name]) => name)
    ]
    expect(new Set(tested)).toEqual(new Set(steps.map(({ name }) => name)))
  })

  it('reports a whole object once as complete', () => {
    const [entry] = entriesOf(messages(steps[0]?.response ?? '', 64))
    expect(entry && decoder.decode(entry, true)).toMatchObject({
      objectGuid: '521a8df8-75f7-4764-942a-a5df16902a32',
      objectClass: 'group',
      objectSid: 'S-1-5-21-3143978043-1052882106-3052208298-3112',
      complete: true,
      state: 'present'
    })
  })
})
