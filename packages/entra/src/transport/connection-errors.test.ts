import { expect, it } from 'vitest'
import { connectionError } from './connection-errors.ts'

function withCode(code: string): Error {
  return Object.assign(new Error('failed'), { code })
}

it.each([
  ['an untrusted authority', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['an unknown issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['a name that does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['an expired certificate', 'CERT_HAS_EXPIRED']
])('%s is for a person', (_what, code) => {
  const error = connectionError(new TypeError('fetch failed', { cause: withCode(code) }), 'graph.example')
  expect(error).toMatchObject({ name: 'SetupError', code: 'graph-certificate' })
  expect(error.message).toContain(code)
})

it.each([
  ['a refused connection', new AggregateError([withCode('ECONNREFUSED')])],
  ['an unknown name', withCode('ENOTFOUND')],
  ['a timeout', new DOMException('late', 'TimeoutError')],
  ['something that is no error', 'x']
])('%s is an outage', (_what, cause) => {
  const error = connectionError(cause, 'graph.example')
  expect(error).toMatchObject({ name: 'UnavailableError', system: 'entra' })
  expect(error.message).toContain('graph.example')
})
