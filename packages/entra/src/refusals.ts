import type { ExportStateCode, Problem, TenantReference } from '@opendirsync/contracts'
import { exportProblem } from './export-problem.ts'
import { type Answer, isRecord, textIn } from './transport/graph-request.ts'

interface GraphError {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly details: readonly unknown[]
}

/** One kind of refusal: how to know it, and what to tell. The first that fits counts. */
interface Refusal {
  readonly when: (error: GraphError) => boolean
  readonly problem: (error: GraphError) => Problem
}

const missingExtension = /extension properties are not available:\s*(\w+)/i
const invalidValues = /One or more properties contains invalid values/i

const refusals: readonly Refusal[] = [
  {
    when: error =>
      detail(error, 'ObjectConflict') !== undefined ||
      /Another object with the same value/.test(error.message),
    problem: conflict
  },
  {
    when: ({ message }) => /domain portion of the userPrincipalName/i.test(message),
    problem: () =>
      exportProblem({
        code: 'upn-domain-not-verified',
        attribute: 'userPrincipalName',
        message:
          'The domain of userPrincipalName is not verified in the tenant. Verify the domain, or give the user a suffix that is.'
      })
  },
  {
    // The quota of one object's references names the kind of reference.
    when: ({ code, message }) => code === 'Directory_QuotaExceeded' && /\blink\b/i.test(message),
    problem: ({ message }) =>
      exportProblem({
        code: 'link-quota-exceeded',
        message: `The object would have too many references: ${message} Remove references from it.`
      })
  },
  {
    when: ({ code }) => code === 'Directory_QuotaExceeded',
    problem: ({ message }) =>
      exportProblem({
        code: 'quota-exceeded',
        message: `The tenant's quota is used up: ${message} Remove objects or ask Microsoft for more.`
      })
  },
  {
    when: ({ status }) => status === 403,
    problem: () =>
      exportProblem({
        code: 'permission-missing',
        message:
          "The application may not make this write. Grant it the Graph permissions that the exporter's log names, with admin consent. Owners of groups that roles can be given to are refused in the same words."
      })
  },
  {
    when: ({ message }) => /on-premises mastered/i.test(message),
    problem: () =>
      exportProblem({
        code: 'synchronised-by-another-tool',
        message:
          'The object is under the control of Microsoft Entra Connect or Cloud Sync. Hand its source of authority over to the cloud first.'
      })
  },
  {
    when: ({ message }) => /originated within an external service/i.test(message),
    problem: () =>
      exportProblem({
        code: 'owned-by-another-service',
        message: 'Another service, such as Exchange Online, owns a property of this object. Change it there.'
      })
  },
  {
    when: ({ message }) => /mail-enabled security group|distribution (?:list|group)/i.test(message),
    problem: error =>
      about(
        error,
        'group-type-not-supported',
        'Only Exchange Online writes groups of this type. Leave the group out, or delete it there to have it made as a security group.'
      )
  },
  {
    when: error =>
      detail(error, 'PasswordComplexity') !== undefined ||
      /password does not comply|password complexity/i.test(error.message),
    problem: error =>
      about(
        error,
        'password-policy',
        "The tenant does not take the random password of a new user. Look at the tenant's password protection."
      )
  },
  {
    when: ({ message }) => /is read-only and cannot be set/i.test(message),
    problem: error => about(error, 'property-read-only', 'The tenant does not let the property be written.')
  },
  {
    when: ({ message }) => missingExtension.test(message),
    problem: ({ message }) =>
      exportProblem({
        code: 'directory-extension-missing',
        attribute: missingExtension.exec(message)?.[1],
        message: `${message} Register it with the application that its name begins with, for this type of object, or take it out of the rules.`
      })
  },
  {
    when: error => attributeOf(error) !== undefined || invalidValues.test(error.message),
    problem: error =>
      about(error, 'invalid-value', 'The tenant refuses the value. Correct it in the directory.')
  }
]

/** Why Graph refused, with a stable code. What is not known here is `refused-by-tenant`, in Graph's own words. */
export function refusalOf(answer: Answer): Problem {
  const error = graphErrorIn(answer)
  const known = refusals.find(({ when }) => when(error))
  return (
    known?.problem(error) ??
    exportProblem({
      code: 'refused-by-tenant',
      message: `The tenant refused the write (${error.code}): ${error.message}`
    })
  )
}

function conflict(error: GraphError): Problem {
  return valueInUse(attributeOf(error), conflictingObjectsOf(error))
}

/** Of a value that another object of the tenant has; `owners` are those that are known of. */
export function valueInUse(attribute: string | undefined, owners: readonly TenantReference[]): Problem {
  const named = owners.map(({ type, entraId }) => `${type} ${entraId}`).join(', ')
  return exportProblem({
    code: 'object-conflict',
    attribute,
    message: `Another object${named === '' ? '' : ` (${named})`} in the tenant has the same ${attribute ?? 'value'}. Change one of the two.`,
    conflictsWith: owners
  })
}

/** The objects that stand in the way, where Graph names them (`User_<id>`). */
export function conflictingObjectsIn(answer: Answer): readonly TenantReference[] {
  return conflictingObjectsOf(graphErrorIn(answer))
}

function conflictingObjectsOf({ details }: GraphError): readonly TenantReference[] {
  return details.flatMap(each => {
    const [, type, entraId] = /^([A-Za-z]+)_(.+)$/.exec(textIn(each, 'target') ?? '') ?? []
    const isNamed = textIn(each, 'code') === 'ConflictingObjects'
    return isNamed && type !== undefined && entraId !== undefined ? [{ type, entraId }] : []
  })
}

function about(error: GraphError, code: ExportStateCode, advice: string): Problem {
  return exportProblem({
    code,
    attribute: attributeOf(error),
    message: `${advice} Graph says: ${error.message}`
  })
}

/** From the details where there are any, else from the words of the message. */
function attributeOf({ message, details }: GraphError): string | undefined {
  const target = details
    .filter(each => textIn(each, 'code') !== 'ConflictingObjects')
    .map(each => textIn(each, 'target'))
    .find(each => each !== undefined && each !== '')
  const named = target ?? /\bproperty '?(\w+)'? (?:already|of|is)\b/i.exec(message)?.[1]
  // Properties begin with a small letter; older parts of the service write them with a capital one.
  return named === undefined ? undefined : named.charAt(0).toLowerCase() + named.slice(1)
}

function detail({ details }: GraphError, code: string): unknown {
  return details.find(each => textIn(each, 'code') === code)
}

function graphErrorIn({ status, body }: Answer): GraphError {
  const error = isRecord(body) ? body.error : undefined
  return {
    status,
    code: textIn(error, 'code') ?? `status ${status}`,
    message: textIn(error, 'message') ?? '',
    details: isRecord(error) && Array.isArray(error.details) ? error.details : []
  }
}
