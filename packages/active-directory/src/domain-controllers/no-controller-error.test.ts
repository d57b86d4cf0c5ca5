import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { noControllerError } from './no-controller-error.ts'

const dead = { url: 'ldaps://dc1', error: new UnavailableError('active-directory', 'is dead.') }
const untrusted = { url: 'ldaps://dc2', error: new SetupError('ad-certificate', 'is not trusted.') }
const foreign = { url: 'ldaps://dc3', error: new SetupError('ad-domain', 'is of another domain.') }

it.each([
  ['a single one, as it is', [untrusted], { message: 'is not trusted.', code: 'ad-certificate' }],
  ['several that a person must mend', [untrusted, foreign], { name: 'SetupError', code: 'ad-certificate' }],
  ['several of which one may come back', [untrusted, dead], { name: 'UnavailableError' }]
])('%s', (_name, faults, expected) => {
  expect(noControllerError(faults)).toMatchObject(expected)
})

it('names every controller with its fault', () => {
  const { message } = noControllerError([dead, untrusted])
  expect(message).toContain('ldaps://dc1: is dead.')
  expect(message).toContain('ldaps://dc2: is not trusted.')
})
