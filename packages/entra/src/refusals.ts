import type { Problem } from '@opendirsync/contracts'
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

const refusals: readonly Refusal[] = [
  {
    when: error =>
      detail(error, 'ObjectConflict') !== undefined ||
      /Another object with the same value/.test(error.message),
    problem: conflict
  },
  {
    when: ({ message }) => /domain portion of the userPrincipalName/i.test(message),
    problem: () => ({
      code: 'upn-domain-not-verified',
      attribute: 'userPrincipalName',
      message:
        'The domain of userPrincipalName is not verified in the tenant. Verify the domain, or give the user a suffix that is.'
    })
  },
  {
    when: ({ code }) => code === 'Directory_QuotaExceeded',
    problem: ({ message }) => ({
      code: 'quota-exceeded',
      message: `The tenant's quota is used up: ${message} Remove objects or ask Microsoft for more.`
    })
  },
  {
    when: ({ status }) => status === 403,
    problem: () => ({
      code: 'insufficient-privileges',
      message:
        'The application may not write this object. Accounts and groups with administrator roles need a higher role on the application; otherwise a Graph permission is missing.'
    })
  },
  {
    when: ({ message }) => /on-premises mastered/i.test(message),
    problem: () => ({
      code: 'synchronised-by-another-tool',
      message:
        'The object is under the control of Microsoft Entra Connect or Cloud Sync. Hand its source of authority over to the cloud first.'
    })
  },
  {
    when: ({ message }) => /originated within an external service/i.test(message),
    problem: () => ({
      code: 'owned-by-another-service',
      message: 'Another service, such as Exchange Online, owns a property of this object. Change it there.'
    })
  },
  {
    when: ({ message }) => /is read-only and cannot be set/i.test(message),
    problem: error =>
      withAttribute(error, 'property-read-only', 'The tenant does not let the property be written.')
  },
  {
    when: ({ message }) => missingExtension.test(message),
    problem: ({ message }) => ({
      code: 'directory-extension-missing',
      attribute: missingExtension.exec(message)?.[1] ?? '',
      message: `${message} Register it with the application that its name begins with, for this type of object, or take it out of the rules.`
    })
  },
  {
    when: error => attributeOf(error) !== undefined,
    problem: error =>
      withAttribute(error, 'invalid-value', 'The tenant refuses the value. Correct it in the directory.')
  }
]

/** Why Graph refused, with a stable code. What is not known here is `refused-by-tenant`, in Graph's own words. */
export function refusalOf(answer: Answer): Problem {
  const error = graphErrorIn(answer)
  const known = refusals.find(({ when }) => when(error))
  return (
    known?.problem(error) ?? {
      code: 'refused-by-tenant',
      message: `The tenant refused the write (${error.code}): ${error.message}`
    }
  )
}

function conflict(error: GraphError): Problem {
  const attribute = attributeOf(error)
  const owner = ownerIn(error)
  return {
    code: 'object-conflict',
    ...(attribute === undefined ? {} : { attribute }),
    message: `Another object${owner === undefined ? '' : ` (${owner})`} in the tenant has the same ${attribute ?? 'value'}. Change one of the two.`
  }
}

/** The objects that stand in the way, where Graph names them (`User_<id>`). */
export function conflictingObjectsIn(
  answer: Answer
): readonly { readonly type: string; readonly entraId: string }[] {
  return graphErrorIn(answer).details.flatMap(each => {
    const [, type, entraId] = /^([A-Za-z]+)_(.+)$/.exec(textIn(each, 'target') ?? '') ?? []
    const isNamed = textIn(each, 'code') === 'ConflictingObjects'
    return isNamed && type !== undefined && entraId !== undefined ? [{ type, entraId }] : []
  })
}

function ownerIn(error: GraphError): string | undefined {
  return textIn(detail(error, 'ConflictingObjects'), 'target')
}

function withAttribute(error: GraphError, code: string, advice: string): Problem {
  const attribute = attributeOf(error)
  return {
    code,
    ...(attribute === undefined ? {} : { attribute }),
    message: `${advice} Graph says: ${error.message}`
  }
}

/** From the details where there are any, else from the words of the message. */
function attributeOf({ message, details }: GraphError): string | undefined {
  const target = details
    .filter(each => textIn(each, 'code') !== 'ConflictingObjects')
    .map(each => textIn(each, 'target'))
    .find(each => each !== undefined)
  return target ?? /\bproperty '?(\w+)'? (?:already|of|is)\b/i.exec(message)?.[1]
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
