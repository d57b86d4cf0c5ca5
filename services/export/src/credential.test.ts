import { loadConfig } from '@opendirsync/runtime'
import { expect, it } from 'vitest'
import { ExportConfig } from './config.ts'
import { credentialIn } from './credential.ts'

const common = {
  POSTGRES_URL: 'postgres://u:p@h/d',
  REDIS_URL: 'redis://h',
  GRAPH_TENANT_ID: 't',
  GRAPH_CLIENT_ID: 'c'
}
const credential = (environment: Record<string, string>) =>
  credentialIn(loadConfig(ExportConfig, { ...common, ...environment }))

it.each<[string, Record<string, string>, object]>([
  ['a secret', { GRAPH_CLIENT_SECRET: 's' }, { clientSecret: expect.any(Function) }],
  ['a certificate', { GRAPH_CERTIFICATE_FILE: '/c.pem' }, { certificatePath: '/c.pem' }],
  ['a federated token', { GRAPH_FEDERATED_TOKEN_FILE: '/t' }, { federatedTokenPath: '/t' }],
  [
    'a certificate, named',
    { GRAPH_CREDENTIAL: 'certificate', GRAPH_CERTIFICATE_FILE: '/c.pem' },
    { certificatePath: '/c.pem' }
  ],
  ['a managed identity', { GRAPH_CREDENTIAL: 'managed-identity' }, { managedIdentity: 'system-assigned' }],
  [
    'a managed identity of its own',
    { GRAPH_CREDENTIAL: 'managed-identity', GRAPH_MANAGED_IDENTITY: 'user-assigned' },
    { managedIdentity: 'user-assigned' }
  ]
])('%s', (_what, environment, expected) => {
  expect(credential(environment)).toEqual(expected)
})

it('a secret is asked for anew', () => {
  const { clientSecret } = credential({ GRAPH_CLIENT_SECRET: 's' })
  expect(typeof clientSecret === 'function' && clientSecret()).toBe('s')
})

it.each<[string, Record<string, string>, RegExp]>([
  ['none', {}, /^Set one of GRAPH_CLIENT_SECRET/],
  ['two', { GRAPH_CLIENT_SECRET: 's', GRAPH_CERTIFICATE_FILE: '/c.pem' }, /not several/],
  ['one that is not there', { GRAPH_CREDENTIAL: 'secret' }, /needs GRAPH_CLIENT_SECRET \(or/],
  [
    'a token that is not there',
    { GRAPH_CREDENTIAL: 'workload-identity' },
    /needs GRAPH_FEDERATED_TOKEN_FILE\./
  ],
  [
    'another than the named one',
    { GRAPH_CREDENTIAL: 'managed-identity', GRAPH_CLIENT_SECRET: 's' },
    /managed-identity, and GRAPH_CLIENT_SECRET is set as well/
  ]
])('%s is for a person', (_what, environment, message) => {
  expect(() => credential(environment)).toThrow(
    expect.objectContaining({ code: 'graph-credentials', message: expect.stringMatching(message) })
  )
})
