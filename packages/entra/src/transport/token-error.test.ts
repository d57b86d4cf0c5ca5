import { expect, it } from 'vitest'
import { managedIdentityError, understood } from './token-error.ts'

it.each([
  ['a wrong secret', 'AADSTS7000215: Invalid client secret provided.', 'graph-credentials'],
  ['an expired secret', 'AADSTS7000222: The provided client secret keys are expired.', 'graph-credentials'],
  ['an unknown application', 'AADSTS700016: Application was not found.', 'graph-credentials'],
  ['an unknown tenant', 'AADSTS90002: Tenant not found.', 'graph-tenant']
])('%s is for a person, and the message repeats nothing of the endpoint', (_what, message, code) => {
  const error = understood(message, 'login.example', undefined)
  expect(error).toMatchObject({ name: 'SetupError', code })
  expect(error?.message).not.toContain(message)
})

it('other words are not understood', () => {
  expect(
    understood('AADSTS90033: A transient error has occurred.', 'login.example', undefined)
  ).toBeUndefined()
})

it.each([
  ['an identity that is not there', 'Description: Identity not found', 'SetupError'],
  ['one that App Service does not know', 'Description: No managed identity was found', 'SetupError'],
  ['no endpoint', 'network_error', 'UnavailableError']
])('%s of a machine is told', (_what, message, name) => {
  expect(managedIdentityError(new Error('failed', { cause: new Error(message) }))).toMatchObject({ name })
})
