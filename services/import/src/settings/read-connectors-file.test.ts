import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from '@opendirsync/contracts'
import { afterAll, describe, expect, it } from 'vitest'
import { readConnectorsFile } from './read-connectors-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'connectors-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'password'), 'the-password\n')
writeFileSync(join(folder, 'empty'), '\n')

let count = 0
function written(text: string): string {
  count += 1
  const path = join(folder, `connectors-${count}.yaml`)
  writeFileSync(path, text)
  return path
}

async function faultsOf(text: string): Promise<string[]> {
  const path = written(text)
  try {
    await readConnectorsFile(path)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(SetupError)
    const { message, code } = error as SetupError
    expect(code).toBe('connectors-file')
    const start = `The connectors file ${path} is not usable. `
    expect(message.startsWith(start), message).toBe(true)
    return message.slice(start.length).split(/ (?=Line \d+, column \d+: )/)
  }
}

const enough = `- name: corp
  controllers: [ldaps://dc1.corp.example.com]
  bindDn: svc@corp.example.com
  passwordFile: password
`
const csv = `- name: hr
  kind: csv
  anchorColumn: id
  columns: { First name: givenName }
`

describe('a file that is right', () => {
  it('gives the least of each kind its defaults', async () => {
    const [corp, hr] = await readConnectorsFile(written(enough + csv))
    expect(corp).toEqual({
      kind: 'active-directory',
      name: 'corp',
      controllers: { kind: 'list', urls: ['ldaps://dc1.corp.example.com'] },
      startTls: false,
      bindDn: 'svc@corp.example.com',
      password: expect.any(Function),
      objectSecurity: false,
      pollMs: 60_000
    })
    expect(hr).toEqual({
      kind: 'csv',
      name: 'hr',
      mapping: { anchorColumn: 'id', columns: { 'First name': 'givenName' } },
      pollMs: 60_000
    })
  })

  it('takes every setting', async () => {
    const text = `- name: corp.example.com
  kind: active-directory
  discover: { domain: corp.example.com, site: Main, dnsServers: [10.0.0.1, '[2001:db8::1]:5353'] }
  startTls: true
  bindDn: CORP\\svc
  passwordFile: ${folder}/password
  caFile: ca.pem
  serverName: dc.corp.example.com
  objectSecurity: true
  pollSeconds: 5
  fullImport: 0 3 * * 0
  scope:
    containers: { include: ['OU=Staff,DC=corp,DC=example,DC=com'], newContainers: out }
    conditions: [[{ attribute: employeeType, operator: present }]]
- name: hr
  kind: csv
  folder: inbox
  anchorColumn: employeeNumber
  columns: { 'First name': givenName, 2024: title }
  delimiter: ;
  encoding: windows-1252
  multiValueSeparator: '|'
  pollSeconds: 10
`
    expect(await readConnectorsFile(written(text))).toEqual([
      {
        kind: 'active-directory',
        name: 'corp.example.com',
        controllers: {
          kind: 'dns',
          domain: 'corp.example.com',
          site: 'Main',
          dnsServers: ['10.0.0.1', '[2001:db8::1]:5353']
        },
        startTls: true,
        bindDn: 'CORP\\svc',
        password: expect.any(Function),
        caFile: join(folder, 'ca.pem'),
        serverName: 'dc.corp.example.com',
        objectSecurity: true,
        pollMs: 5_000,
        fullImport: '0 3 * * 0',
        scope: {
          containers: { include: ['OU=Staff,DC=corp,DC=example,DC=com'], newContainers: 'out' },
          conditions: [[{ attribute: 'employeeType', operator: 'present' }]]
        }
      },
      {
        kind: 'csv',
        name: 'hr',
        folder: join(folder, 'inbox'),
        mapping: {
          anchorColumn: 'employeeNumber',
          columns: { 'First name': 'givenName', '2024': 'title' },
          delimiter: ';',
          encoding: 'windows-1252',
          multiValueSeparator: '|'
        },
        pollMs: 10_000
      }
    ])
  })

  it('reads the password each time, without the line break at its end', async () => {
    writeFileSync(join(folder, 'rotated'), 'before\r\n')
    const [corp] = await readConnectorsFile(written(enough.replace('File: password', 'File: rotated')))
    if (corp?.kind !== 'active-directory') throw new Error('it is another kind')
    expect(await corp.password()).toBe('before')
    writeFileSync(join(folder, 'rotated'), ' after ')
    expect(await corp.password()).toBe(' after ')
    writeFileSync(join(folder, 'rotated'), '')
    await expect(corp.password()).rejects.toThrow(/rotated is empty: write the password into it/)
  })
})

describe('a file that is wrong', () => {
  const cases: [name: string, text: string, ...faults: string[]][] = [
    [
      'an unknown key',
      `${enough}  pollMinutes: 5\n`,
      'Line 5, column 3: pollMinutes is not known here; known are name, pollSeconds, scope, kind, controllers, ' +
        'discover, startTls, bindDn, passwordFile, caFile, serverName, objectSecurity, fullImport.'
    ],
    [
      'a key of the other kind',
      `${csv}  bindDn: x\n`,
      'Line 5, column 3: bindDn is not known here; known are name, pollSeconds, scope, kind, folder, anchorColumn, ' +
        'columns, delimiter, encoding, multiValueSeparator.'
    ],
    [
      'a password',
      `${enough}  password: hidden\n`,
      'Line 5, column 3: a password has no place in this file: put it into a file of its own, and name that in passwordFile.'
    ],
    [
      'values of the wrong type',
      `${enough}  pollSeconds: 1.5\n  startTls: hidden\n  caFile: 1\n  scope:\n    groups: hidden\n`,
      'Line 5, column 16: pollSeconds is not a whole number from 1 to 3600 (seconds between looks for news).',
      'Line 6, column 13: startTls is not true or false.',
      'Line 7, column 11: caFile is not a text of the right form (the CA of the certificates of the domain controllers, PEM).',
      'Line 9, column 13: scope.groups is not a list of at least one value, each once.'
    ],
    [
      'a value deep within',
      `${enough}  scope:\n    conditions:\n      - - { attribute: title, operator: like, value: x }\n        - { attribute: title }\n`,
      'Line 7, column 41: scope.conditions[0][0].operator is not one of equals, not-equals, starts-with, contains, present, absent.',
      'Line 8, column 11: scope.conditions[0][1].operator is missing.'
    ],
    [
      'settings that are missing',
      '- name: corp\n- kind: csv\n',
      'Line 1, column 3: bindDn is missing (the service account: a distinguished name, a userPrincipalName, or DOMAIN\\user).',
      'Line 1, column 3: passwordFile is missing (the file that holds its password).',
      'Line 1, column 3: controllers (addresses of domain controllers) or discover (to find them by DNS) is missing.',
      'Line 2, column 3: name is missing (the name of the connector: letters, digits, dot, dash and underscore).',
      'Line 2, column 3: anchorColumn is missing (the header of the column that identifies a person for good).'
    ],
    [
      'both ways to the controllers',
      `${enough}  discover: { domain: corp.example.com }\n`,
      'Line 5, column 3: controllers and discover are both here: remove one of them.'
    ],
    [
      'addresses that cannot be used',
      enough.replace('[ldaps://dc1.corp.example.com]', '[ldap://dc1, https://dc2, ldaps://user:hidden@dc3]'),
      'Line 2, column 17: controllers[0] would send the password in the clear: use ldaps://, or switch StartTLS on.',
      'Line 2, column 29: controllers[1] is not a text of the right form (an address such as ldaps://dc1.corp.example.com).',
      'Line 2, column 42: controllers[2] is not a text of the right form (an address such as ldaps://dc1.corp.example.com).'
    ],
    [
      'a DNS server by name',
      enough.replace(
        'controllers: [ldaps://dc1.corp.example.com]',
        'caFile: ca.pem\n  discover: { domain: x, dnsServers: [ns1] }'
      ),
      'Line 3, column 39: discover.dnsServers[0] is not an IP address, with or without a port.'
    ],
    [
      'discovery without a CA',
      enough.replace('controllers: [ldaps://dc1.corp.example.com]', 'discover: { domain: x }'),
      'Line 2, column 3: caFile is missing: controllers that DNS names must have a certificate of a CA that you name, or a forged answer could collect the password.'
    ],
    [
      'a name twice',
      enough + csv.replace('name: hr', 'name: CORP'),
      'Line 5, column 9: another connector is named CORP already.'
    ],
    [
      'names that cannot be',
      `${enough.replace('name: corp', 'name: a/b')}`,
      'Line 1, column 9: name is not a text of the right form (the name of the connector: letters, digits, dot, dash and underscore).'
    ],
    ['another kind', '- kind: ldif\n', 'Line 1, column 9: kind is not one of active-directory, csv.'],
    [
      'schedules',
      [0, 1, 2]
        .map(
          n =>
            enough.replace('corp\n', `corp${n}\n`) +
            `  fullImport: ${['daily', "'61 3 * * 8'", '0 0 31 2 *'][n]}\n`
        )
        .join(''),
      'Line 5, column 15: fullImport is not a cron pattern of five parts (minute, hour, day of the month, month, day of the week), in UTC, such as 0 3 * * 0.',
      'Line 10, column 15: fullImport has a part that cannot be (minute, day of the week): a cron pattern has five parts (minute, hour, day of the month, month, day of the week), in UTC, such as 0 3 * * 0.',
      'Line 15, column 15: fullImport never comes true: there is no such day.'
    ],
    [
      'a password file that is not there, and an empty one',
      enough.replace('File: password', 'File: nowhere') +
        enough.replace('name: corp', 'name: other').replace('File: password', 'File: empty'),
      `Line 4, column 17: The password file ${folder}/nowhere cannot be read (ENOENT): put it there, readable by this service.`,
      `Line 8, column 17: The password file ${folder}/empty is empty: write the password into it.`
    ],
    [
      'a delimiter and an encoding',
      `${csv}  delimiter: '||'\n  encoding: latin\n`,
      'Line 5, column 14: delimiter is not one of ,, ;, \t, | (a comma, a semicolon, a tab or a vertical bar).',
      'Line 6, column 13: encoding is not one of utf-8, utf-16le, windows-1252 (utf-8, utf-16le or windows-1252).'
    ],
    [
      'an attribute that cannot be',
      csv.replace('givenName', '"given name"'),
      "Line 4, column 26: columns.First name is not a text of the right form (the name of an attribute in AD's schema, or null to leave the column out)."
    ],
    [
      'faults of every sort at once',
      `${enough.replace('ldaps:', 'ldap:').replace('File: password', 'File: empty')}  fulImport: x\n`,
      'Line 2, column 17: controllers[0] would send the password in the clear: use ldaps://, or switch StartTLS on.',
      `Line 4, column 17: The password file ${folder}/empty is empty: write the password into it.`,
      expect.stringMatching(/^Line 5, column 3: fulImport is not known here/)
    ],
    [
      'a map',
      'name: corp\n',
      'Line 1, column 1: the file is not a list of connectors: begin each with "- name:".'
    ],
    [
      'nothing',
      '# later\n',
      expect.stringMatching(/^Line \d, column 1: the file is not a list of connectors/)
    ],
    ['a text as connector', '- corp\n', 'Line 1, column 3: this connector is not a map of settings.'],
    ['a key twice', '- name: a\n  name: b\n', 'Line 2, column 3: this key is there for the second time.'],
    [
      'a quote that is not closed',
      `${enough}  caFile: "hidden\n`,
      'Line 6, column 1: something that was opened here or before, a quote or a bracket, is not closed; or a colon is missing.'
    ],
    [
      'tags',
      '- name: !hidden x\n',
      'Line 1, column 9: this tag is not known here: remove it, or put the text into quotes.'
    ]
  ]

  it.each(cases)('tells each fault with its place, and no value: %s', async (_name, text, ...faults) => {
    const found = await faultsOf(text)
    expect(found).toEqual(faults)
    expect(found.join()).not.toContain('hidden')
  })

  it('names the file that cannot be read', async () => {
    await expect(readConnectorsFile(join(folder, 'none.yaml'))).rejects.toThrow(
      `CONNECTORS_FILE names a file that cannot be read (ENOENT): ${folder}/none.yaml`
    )
  })

  it('does not multiply aliases', async () => {
    const levels = Array.from({ length: 8 }, (_unused, n) =>
      n === 0
        ? '- &a0 [x, x, x, x, x, x, x, x, x, x]'
        : `- &a${n} [${Array(10)
            .fill(`*a${n - 1}`)
            .join(', ')}]`
    )
    expect(await faultsOf(levels.join('\n'))).toEqual([
      'Line 1, column 1: the aliases in the file multiply beyond measure. Write out what they stand for.'
    ])
  })
})
