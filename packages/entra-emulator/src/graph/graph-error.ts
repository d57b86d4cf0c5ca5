export interface ErrorDetail {
  readonly code: string
  readonly target?: string
  readonly message?: string
}

/** A refusal as Graph words it: codes and messages of its error pages and of reported answers. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly status: number
  readonly code: string
  readonly details: readonly ErrorDetail[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    more: { details?: readonly ErrorDetail[]; headers?: Readonly<Record<string, string>> } = {}
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = more.details ?? []
    this.headers = more.headers ?? {}
  }
}

export function badRequest(message: string, details: readonly ErrorDetail[] = []): GraphError {
  return new GraphError(400, 'Request_BadRequest', message, { details })
}

/** A body or an address that Graph's OData layer cannot read, before the directory sees it. */
export function malformed(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message)
}

export function notFound(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`
  )
}

export function unknownReference(): GraphError {
  return badRequest("The source resource object or one of the objects being referenced don't exist.")
}

export function invalidValue(property: string, resource: string): GraphError {
  const message = `Invalid value specified for property '${property}' of resource '${resource}'.`
  return badRequest(message, [{ code: 'InvalidValue', target: property, message }])
}

export function readOnlyProperty(property: string): GraphError {
  return badRequest(`Property '${property}' is read-only and cannot be set.`)
}

export function objectConflict(property: string, ownerKind: string, ownerId: string): GraphError {
  const message = `Another object with the same value for property ${property} already exists.`
  return badRequest(message, [
    { code: 'ObjectConflict', target: property, message },
    { code: 'ConflictingObjects', target: `${ownerKind}_${ownerId}`, message }
  ])
}

/** A permission is missing, or the target is one that holds an administrator role. */
export function insufficientPrivileges(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.'
  )
}

export function wrongMethod(): GraphError {
  return new GraphError(
    405,
    'Request_BadRequest',
    'Specified HTTP method is not allowed for the request target.'
  )
}

export function unknownSegment(segment: string): GraphError {
  return malformed(`Resource not found for the segment '${segment}'.`)
}
