import { expect, it } from 'vitest'
import { redirected } from './redirection.ts'

const service = 'https://adminwebservice.microsoftonline.com/provisioningservice.svc'
const here = 'https://127.0.0.1:8443/provisioningservice.svc'

it.each([
  [
    'a scale unit',
    service,
    'https://s1-adminwebservice.microsoftonline.com/x',
    'https://s1-adminwebservice.microsoftonline.com/provisioningservice.svc'
  ],
  ['another port', here, 'https://127.0.0.1:9443/y', 'https://127.0.0.1:9443/provisioningservice.svc'],
  ['the usual port', here, 'https://127.0.0.1/', 'https://127.0.0.1/provisioningservice.svc']
])('%s is followed, at the same path', (_what, at, named, expected) => {
  expect(redirected(new URL(at), new URL(at), new URL(named)).href).toBe(expected)
})

it.each([
  ['another company', service, 'https://adminwebservice.example.com/'],
  ['a name that ends alike', service, 'https://evilmicrosoftonline.com/'],
  ['plain http', service, 'http://adminwebservice.microsoftonline.com/'],
  ['a top level domain', 'https://tenant.example/', 'https://other.example/'],
  ['another address', here, 'https://128.0.0.1:8443/']
])('%s is not', (_what, at, named) => {
  expect(() => redirected(new URL(at), new URL(at), new URL(named))).toThrow(/Nothing was sent there/)
})
