import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from '@opendirsync/contracts'
import { ConfigurationError, loadConfig } from '@opendirsync/runtime'
import { afterAll, describe, expect, it } from 'vitest'
import { ImportConfig } from '../config.ts'
import type { ConnectorSettings } from './connector-settings.ts'
import { connectorSettings } from './connectors.ts'

const folder = mkdtempSync(join(tmpdir(), 'connector-variables-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Environment = Readonly<Record<string, string>>

const always = { POSTGRES_URL: 'postgres://u:p@h/d', REDIS_URL: 'redis://h' }
const enough = {
  AD_URL: 'ldaps://dc1.corp.example.com',
  AD_BIND_DN: 'svc@corp.example.com',
  AD_PASSWORD: 'hidden'
}

function settingsOf(environment: Environment): Promise<readonly ConnectorSettings[]> {
  const whole = { ...always, ...environment }
  return connectorSettings(loadConfig(ImportConfig, whole), whole)
}

describe('connectorSettings', () => {
  it('makes one connector of the variables', async () => {
    expect(await settingsOf(enough)).toEqual([
      {
        kind: 'active-directory',
        name: undefined,
        controllers: { kind: 'list', urls: ['ldaps://dc1.corp.example.com'] },
        startTls: false,
        bindDn: 'svc@corp.example.com',
        password: expect.any(Function),
        objectSecurity: false,
        pollMs: 60_000
      }
    ])
  })

  it('takes every variable', async () => {
    const { AD_URL: _, ...account } = enough
    const [settings] = await settingsOf({
      ...account,
      AD_DOMAIN: 'corp.example.com',
      AD_SITE: 'Main',
      AD_DNS_SERVERS: '10.0.0.1, 10.0.0.2:53',
      AD_START_TLS: 'true',
      AD_CA_FILE: '/ca.pem',
      AD_SERVER_NAME: 'dc.corp.example.com',
      AD_CONNECTOR: 'corp',
      AD_OBJECT_SECURITY: 'yes',
      AD_POLL_SECONDS: '5',
      AD_FULL_IMPORT: '0 3 * * 0'
    })
    expect(settings).toEqual({
      kind: 'active-directory',
      name: 'corp',
      controllers: {
        kind: 'dns',
        domain: 'corp.example.com',
        site: 'Main',
        dnsServers: ['10.0.0.1', '10.0.0.2:53']
      },
      startTls: true,
      bindDn: 'svc@corp.example.com',
      password: expect.any(Function),
      caFile: '/ca.pem',
      serverName: 'dc.corp.example.com',
      objectSecurity: true,
      pollMs: 5_000,
      fullImport: '0 3 * * 0'
    })
  })

  it('takes several addresses', async () => {
    const [settings] = await settingsOf({ ...enough, AD_URL: 'ldaps://dc1, ldaps://dc2:1636' })
    expect(settings).toMatchObject({ controllers: { urls: ['ldaps://dc1', 'ldaps://dc2:1636'] } })
  })

  it('reads a password file each time', async () => {
    const path = join(folder, 'password')
    writeFileSync(path, 'before\n')
    const [settings] = await settingsOf({ ...enough, AD_PASSWORD: '', AD_PASSWORD_FILE: path })
    if (settings?.kind !== 'active-directory') throw new Error('it is another kind')
    writeFileSync(path, 'after\n')
    expect(await settings.password()).toBe('after')
  })

  it('reads the file of connectors', async () => {
    const path = join(folder, 'connectors.yaml')
    writeFileSync(path, '- { name: hr, kind: csv, anchorColumn: id, columns: { Name: displayName } }\n')
    expect(await settingsOf({ CONNECTORS_FILE: path })).toMatchObject([{ kind: 'csv', name: 'hr' }])
  })

  const cases: [name: string, environment: Environment, ...says: string[]][] = [
    [
      'nothing',
      {},
      'AD_URL is missing',
      'AD_DOMAIN',
      'CONNECTORS_FILE',
      'AD_BIND_DN is missing',
      'AD_PASSWORD is missing (or AD_PASSWORD_FILE'
    ],
    ['no address', { ...enough, AD_URL: '' }, 'AD_URL is missing'],
    ['no account', { ...enough, AD_BIND_DN: '' }, 'AD_BIND_DN is missing'],
    [
      'two ways to a controller',
      { ...enough, AD_DOMAIN: 'x' },
      'AD_URL and AD_DOMAIN are both set; remove one of them.'
    ],
    [
      'a domain without a CA',
      { ...enough, AD_URL: '', AD_DOMAIN: 'corp.example.com' },
      'AD_CA_FILE is missing: controllers that DNS names must have a certificate of a CA that you name'
    ],
    ['a site without a domain', { ...enough, AD_SITE: 'Main' }, 'AD_SITE is set without AD_DOMAIN'],
    [
      'a DNS server by name',
      { ...enough, AD_DNS_SERVERS: 'ns1' },
      'AD_DNS_SERVERS is set without',
      'not a list of IP addresses'
    ],
    [
      'LDAP without TLS',
      { ...enough, AD_URL: 'ldaps://dc1,ldap://dc2' },
      'AD_URL would send the password in the clear'
    ],
    [
      'a schedule',
      { ...enough, AD_FULL_IMPORT: '0 25 * * *' },
      'AD_FULL_IMPORT has a part that cannot be (hour)'
    ],
    [
      'variables beside the file',
      { ...enough, CONNECTORS_FILE: '/x' },
      'CONNECTORS_FILE and AD_URL, AD_BIND_DN, AD_PASSWORD are set'
    ],
    [
      'a file that is not there',
      { CONNECTORS_FILE: '/nowhere/x.yaml' },
      'CONNECTORS_FILE names a file that cannot be read (ENOENT)'
    ]
  ]
  it.each(cases)('says in one line what is wrong, and no value: %s', async (_name, environment, ...says) => {
    const error = await settingsOf(environment).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SetupError)
    const { message } = error as SetupError
    for (const text of says) expect(message).toContain(text)
    expect(message).not.toMatch(/hidden|\n/)
  })

  it('lets the configuration refuse an address with a password', () => {
    const environment = { ...always, ...enough, AD_URL: 'ldaps://user:hidden@dc1' }
    expect(() => loadConfig(ImportConfig, environment)).toThrow(ConfigurationError)
    expect(() => loadConfig(ImportConfig, environment)).toThrow(/^(?!.*hidden).*AD_URL is not a list/)
  })
})
