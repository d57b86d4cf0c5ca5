import { SetupError } from '@opendirsync/contracts'
import { loadConfig } from '@opendirsync/runtime'
import { expect, it } from 'vitest'
import { PasswordSyncConfig } from './config.ts'
import { passwordSyncSettings } from './settings.ts'

const enough = {
  POSTGRES_URL: 'postgres://u:p@h/d',
  PASSWORD_SYNC: 'on',
  AD_URL: 'ldaps://dc1.corp.example.test',
  PASSWORD_AD_BIND_DN: 'CORP\\svc-passwords',
  PASSWORD_AD_PASSWORD: 'hidden',
  GRAPH_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  GRAPH_CLIENT_ID: '21111111-2222-4333-8444-555555555555',
  GRAPH_CERTIFICATE_FILE: '/etc/opendirsync/certificates/app.pem'
}
const settings = (changes: Record<string, string> = {}) =>
  passwordSyncSettings(loadConfig(PasswordSyncConfig, { ...enough, ...changes }))

it('off needs nothing but the database', () => {
  expect(loadConfig(PasswordSyncConfig, { POSTGRES_URL: enough.POSTGRES_URL }).PASSWORD_SYNC).toBe('off')
})

it('takes the account that may replicate, for both protocols', async () => {
  const { controllers, replication, syncService, ...others } = settings({
    AD_BIND_DN: 'CN=svc,DC=corp',
    AD_PASSWORD: 'other'
  })
  expect(controllers.account).toMatchObject({ bindDn: 'CORP\\svc-passwords' })
  expect(replication).toMatchObject({ account: { domain: 'CORP', user: 'svc-passwords' }, signIn: 'ntlm' })
  expect(replication.password.reveal()).toBe('hidden')
  expect(syncService).toEqual({
    tenantId: enough.GRAPH_TENANT_ID,
    clientId: enough.GRAPH_CLIENT_ID,
    certificatePath: enough.GRAPH_CERTIFICATE_FILE
  })
  expect(others).toEqual({ connector: undefined, pollMs: 5_000, onlyIncluded: false, workers: 2 })
})

it('takes the account of the import where there is no other', () => {
  const account = {
    PASSWORD_AD_BIND_DN: '',
    AD_BIND_DN: 'svc@corp.example.test',
    AD_PASSWORD: 'of the import'
  }
  expect(settings(account).replication.account).toEqual({ domain: '', user: 'svc@corp.example.test' })
})

it.each<[string, Record<string, string>, RegExp]>([
  ['no controller', { AD_URL: '' }, /AD_URL is missing/],
  ['two ways to find one', { AD_DOMAIN: 'corp.example.test' }, /AD_URL and AD_DOMAIN are both set/],
  ['DNS without an authority', { AD_URL: '', AD_DOMAIN: 'corp.example.test' }, /AD_CA_FILE is missing/],
  ['no account', { PASSWORD_AD_BIND_DN: '' }, /PASSWORD_AD_BIND_DN is missing.*AD_PASSWORD is missing/],
  ['no password', { PASSWORD_AD_PASSWORD: '', AD_PASSWORD: 'other' }, /PASSWORD_AD_PASSWORD is missing/],
  ['an account that only LDAP takes', { PASSWORD_AD_BIND_DN: 'CN=svc,DC=corp' }, /DOMAIN\\user/],
  ['no certificate', { GRAPH_CERTIFICATE_FILE: '' }, /GRAPH_CERTIFICATE_FILE is missing.*takes no secret/],
  [
    'no tenant',
    { GRAPH_TENANT_ID: '', GRAPH_CLIENT_ID: '' },
    /GRAPH_TENANT_ID is missing.*GRAPH_CLIENT_ID is missing/
  ]
])('says what is missing: %s', (_what, changes, message) => {
  expect(() => settings(changes)).toThrow(SetupError)
  expect(() => settings(changes)).toThrow(message)
})
