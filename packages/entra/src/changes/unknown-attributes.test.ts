import { expect, it } from 'vitest'
import { unknownAmong } from './unknown-attributes.ts'

const answer = (status: number, message: string) => ({
  status,
  headers: {},
  body: { error: { code: 'BadRequest', message } }
})

it.each([
  [
    400,
    "Parsing OData Select and Expand failed: Could not find a property named 'b' on type 'microsoft.graph.user'.",
    ['b']
  ],
  [
    400,
    "Could not find a property named 'microsoft.graph.user' on type 'microsoft.graph.user'; 'displayName'",
    []
  ],
  [400, "Invalid filter 'b'.", []],
  [403, "Could not find a property named 'b' on type 'x'.", []],
  [200, "Could not find a property named 'b'", []]
])('an answer %i %s names %j', (status, message, names) => {
  expect(unknownAmong(answer(status, message), ['a', 'b'])).toEqual(names)
})
