import { expect, it } from 'vitest'
import { type Cloud, endpointsOf } from './clouds.ts'

it.each<[Cloud, string, string]>([
  ['global', 'https://graph.microsoft.com', 'https://login.microsoftonline.com'],
  ['us-gov', 'https://graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['us-gov-dod', 'https://dod-graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['china', 'https://microsoftgraph.chinacloudapi.cn', 'https://login.chinacloudapi.cn']
])('%s has its own addresses', (cloud, graphUrl, authorityHost) => {
  expect(endpointsOf({ cloud })).toEqual({ graphUrl, authorityHost, resource: graphUrl, isMicrosofts: true })
})

it('the global one is meant when none is named', () => {
  expect(endpointsOf({})).toEqual(endpointsOf({ cloud: 'global' }))
})

it('addresses of a proxy stand in place of those of the cloud, and tokens are for its Graph', () => {
  const proxy = { graphUrl: 'https://proxy.example:8443/x', authorityHost: 'https://proxy.example' }
  expect(endpointsOf({ cloud: 'us-gov', ...proxy })).toEqual({
    graphUrl: 'https://proxy.example:8443',
    authorityHost: 'https://proxy.example',
    resource: 'https://graph.microsoft.us',
    isMicrosofts: false
  })
})

it('an address of a cloud says which one is meant', () => {
  const given = { graphUrl: 'https://graph.microsoft.us', authorityHost: 'https://login.microsoftonline.us' }
  expect(endpointsOf(given).resource).toBe('https://graph.microsoft.us')
})

it.each([
  [
    'the other token host of China',
    { cloud: 'china', authorityHost: 'https://login.partner.microsoftonline.cn' }
  ],
  [
    'Graph of DoD with the host that both US clouds share',
    { cloud: 'us-gov', graphUrl: 'https://dod-graph.microsoft.us' }
  ],
  ['a proxy before Graph only', { cloud: 'china', graphUrl: 'https://proxy.example' }]
] as const)('%s fits', (_what, given) => {
  expect(() => endpointsOf(given)).not.toThrow()
})

it.each([
  ['Graph of a cloud with tokens of the global one', { graphUrl: 'https://graph.microsoft.us' }],
  ['tokens of a cloud with Graph of the global one', { authorityHost: 'https://login.chinacloudapi.cn' }],
  ['the global Graph in a cloud', { cloud: 'us-gov', graphUrl: 'https://graph.microsoft.com' }],
  ['global tokens in a cloud', { cloud: 'china', authorityHost: 'https://login.microsoftonline.com' }]
] as const)('%s is for a person', (_what, given) => {
  expect(() => endpointsOf(given)).toThrow(
    expect.objectContaining({ name: 'SetupError', code: 'graph-cloud' })
  )
})

it.each([
  [{ graphUrl: 'http://graph.microsoft.com' }, 'graph-url'],
  [{ graphUrl: 'graph' }, 'graph-url'],
  [{ authorityHost: 'http://login.microsoftonline.com' }, 'graph-authority']
])('%j is for a person', (given, code) => {
  expect(() => endpointsOf(given)).toThrow(expect.objectContaining({ name: 'SetupError', code }))
})
