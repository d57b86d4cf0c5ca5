import { expect, it } from 'vitest'
import { isUnsafe } from './staging.ts'

const batch = 'https://graph.microsoft.com/v1.0/$batch'

it.each([
  ['reading', 'https://graph.microsoft.com/v1.0/users', 'GET', undefined, false],
  ['creating', 'https://graph.microsoft.com/v1.0/users', 'POST', '{}', true],
  ['deleting', 'https://graph.microsoft.com/v1.0/users/1', 'DELETE', undefined, true],
  ['a request without a method', 'https://graph.microsoft.com/v1.0/users', undefined, undefined, true],
  ['a batch that reads', batch, 'POST', '{"requests":[{"method":"GET"},{"method":"GET"}]}', false],
  ['a batch with one write', batch, 'POST', '{"requests":[{"method":"GET"},{"method":"PATCH"}]}', true],
  ['a batch that is none', batch, 'POST', '{}', true]
])('%s is judged', (_what, url, method, body, unsafe) => {
  expect(isUnsafe(url, method, body)).toBe(unsafe)
})
