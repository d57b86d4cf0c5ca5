import { SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { outcomeOfError, retryAfterMsOf, verdictOf } from './errors.ts'
import type { Answer } from './transport/graph-request.ts'
import { HeldBackError } from './transport/staging.ts'

interface GraphError {
  readonly code?: string
  readonly message: string
  readonly details?: readonly Record<string, string>[]
}

function answer(status: number, error?: GraphError, headers: Record<string, string> = {}): Answer {
  const body = error === undefined ? undefined : { error: { code: 'Request_BadRequest', ...error } }
  return { status, headers, body }
}

describe('refusals', () => {
  const cases: [string, Answer, { code: string; attribute?: string }][] = [
    [
      'a conflict that names its property in the details',
      answer(400, {
        message: 'Another object with the same value for property userPrincipalName already exists.',
        details: [
          { code: 'ObjectConflict', target: 'userPrincipalName' },
          { code: 'ConflictingObjects', target: 'User_1' }
        ]
      }),
      { code: 'object-conflict', attribute: 'userPrincipalName' }
    ],
    [
      'a conflict that names its property in the message alone',
      answer(400, {
        message: 'Another object with the same value for property onPremisesImmutableId already exists.'
      }),
      { code: 'object-conflict', attribute: 'onPremisesImmutableId' }
    ],
    [
      'a domain that is not verified',
      answer(400, {
        message:
          'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.'
      }),
      { code: 'upn-domain-not-verified', attribute: 'userPrincipalName' }
    ],
    [
      'an invalid value with details',
      answer(400, {
        message: "Invalid value specified for property 'mailNickname' of resource 'User'.",
        details: [{ code: 'InvalidValue', target: 'mailNickname' }]
      }),
      { code: 'invalid-value', attribute: 'mailNickname' }
    ],
    [
      'an invalid value without details',
      answer(400, { message: "Invalid value specified for property 'mailNickname' of resource 'User'." }),
      { code: 'invalid-value', attribute: 'mailNickname' }
    ],
    [
      'a read-only property',
      answer(400, { message: "Property 'proxyAddresses' is read-only and cannot be set." }),
      { code: 'property-read-only', attribute: 'proxyAddresses' }
    ],
    [
      'an object of another synchronisation tool',
      answer(400, {
        message:
          'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.'
      }),
      { code: 'synchronised-by-another-tool' }
    ],
    [
      'an object of another service',
      answer(400, {
        message:
          'Unable to update the specified properties for objects that have originated within an external service.'
      }),
      { code: 'owned-by-another-service' }
    ],
    [
      'an account with an administrator role',
      answer(403, {
        code: 'Authorization_RequestDenied',
        message: 'Insufficient privileges to complete the operation.'
      }),
      { code: 'permission-missing' }
    ],
    [
      'the quota of the tenant',
      answer(403, { code: 'Directory_QuotaExceeded', message: 'Unable to perform operation.' }),
      { code: 'quota-exceeded' }
    ],
    [
      "the quota of one object's references",
      answer(403, {
        code: 'Directory_QuotaExceeded',
        message:
          "Unable to perform operation as '121' would exceed the maximum quota count '100' for forward-link 'owners'."
      }),
      { code: 'link-quota-exceeded' }
    ],
    [
      'an invalid value that is not named',
      answer(400, { message: 'One or more properties contains invalid values.' }),
      { code: 'invalid-value' }
    ],
    [
      'an invalid value in the spelling of older services',
      answer(400, { message: 'Invalid.', details: [{ code: 'InvalidValue', target: 'UserPrincipalName' }] }),
      { code: 'invalid-value', attribute: 'userPrincipalName' }
    ],
    [
      'a password',
      answer(400, {
        message:
          'The specified password does not comply with password complexity requirements. Please provide a different password.',
        details: [{ code: 'PasswordComplexity', target: 'passwordProfile' }]
      }),
      { code: 'password-policy', attribute: 'passwordProfile' }
    ],
    [
      'a group of Exchange Online',
      answer(400, { message: 'Cannot update a mail-enabled security group or distribution list.' }),
      { code: 'group-type-not-supported' }
    ],
    [
      'a directory extension that is not registered',
      answer(400, {
        message: 'The following extension properties are not available: extension_0123_costCentre.'
      }),
      { code: 'directory-extension-missing', attribute: 'extension_0123_costCentre' }
    ],
    ['what is not known here', answer(400, { message: 'Nope.' }), { code: 'refused-by-tenant' }],
    ['an answer without a body', answer(405), { code: 'refused-by-tenant' }]
  ]
  it.each(cases)('%s is refused, with a stable code', (_what, given, problem) => {
    const verdict = verdictOf(given)
    expect(verdict).toMatchObject({ kind: 'refused', problem })
    if (verdict.kind === 'refused') expect(verdict.problem.attribute).toBe(problem.attribute)
  })

  it('names the other object of a conflict', () => {
    const given = answer(400, {
      message: 'Another object with the same value for property userPrincipalName already exists.',
      details: [{ code: 'ConflictingObjects', target: 'User_4711' }]
    })
    expect(verdictOf(given)).toMatchObject({
      problem: {
        message: expect.stringContaining('User 4711'),
        conflictsWith: [{ type: 'User', entraId: '4711' }]
      }
    })
  })

  it('says nothing that a database does not keep', () => {
    const verdict = verdictOf(answer(400, { message: `Bad \0 and \uD800 ${'x'.repeat(5_000)}` }))
    const message = verdict.kind === 'refused' ? verdict.problem.message : ''
    expect(message).toContain('Bad  and \uFFFD')
    expect(message.length).toBeLessThanOrEqual(2_000)
  })
})

describe('other answers', () => {
  const lost = "The source resource object or one of the objects being referenced don't exist."
  const cases: [string, Answer, Record<string, unknown>][] = [
    ['a success', answer(204), { kind: 'done' }],
    ['an unknown object', answer(404), { kind: 'missing' }],
    [
      'a reference that is there',
      answer(400, {
        message:
          "One or more added object references already exist for the following modified properties: 'members'."
      }),
      { kind: 'reference-exists' }
    ],
    [
      'a reference that is not there',
      answer(400, {
        message:
          "One or more removed object references do not exist for the following modified properties: 'members'."
      }),
      { kind: 'reference-missing' }
    ],
    ['an object that has not replicated', answer(400, { message: lost }), { kind: 'missing' }],
    [
      'throttling',
      answer(429, undefined, { 'retry-after': '2.128' }),
      { kind: 'later', retryAfterMs: 2_128 }
    ],
    [
      'a busy service',
      answer(503, undefined, { 'retry-after': '10' }),
      { kind: 'later', retryAfterMs: 10_000 }
    ],
    ['a gateway that gave up', answer(504), { kind: 'later', retryAfterMs: 5_000 }],
    ['a failed dependency', answer(424), { kind: 'later', retryAfterMs: 5_000 }],
    ['a write at the same moment', answer(409), { kind: 'later', retryAfterMs: 5_000 }]
  ]
  it.each(cases)('%s is understood', (_what, given, expected) => {
    expect(verdictOf(given)).toMatchObject(expected)
  })

  it('a token that is not accepted is for a person', () => {
    expect(() => verdictOf(answer(401))).toThrow(SetupError)
  })
})

it.each([
  ['whole seconds', '3', 3_000],
  ['decimals', '0.249', 249],
  ['a date', 'Fri, 06 Nov 2026 12:00:10 GMT', 10_000],
  ['a date in the past', 'Fri, 06 Nov 2026 11:00:00 GMT', 0],
  ['nonsense', 'soon', 5_000]
])('Retry-After may be %s', (_what, value, expected) => {
  const nowMs = Date.parse('2026-11-06T12:00:00Z')
  expect(retryAfterMsOf(answer(429, undefined, { 'retry-after': value }), nowMs)).toBe(expected)
})

it.each([
  ['throttling', new ThrottledError('slow', 700), 700],
  ['an outage', new UnavailableError('entra', 'down'), 5_000],
  ['staging mode', new HeldBackError(), 600_000]
])('a write without an answer for %s is for later', (_what, error, retryAfterMs) => {
  expect(outcomeOfError(error)).toMatchObject({ result: 'later', retryAfterMs })
})

it('an error for a person is no outcome', () => {
  expect(outcomeOfError(new SetupError('graph-credentials', 'wrong'))).toBeUndefined()
})
