import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Clock } from '../clock.ts'
import type { Conditions } from '../conditions.ts'
import type { Faults } from '../faults.ts'
import type { RequestLog } from '../request-log.ts'
import type { Administration } from '../state/administration.ts'
import type { Application } from '../state/application.ts'
import type { Directory } from '../state/directory.ts'
import { tenantCounts } from '../state/tenant-counts.ts'
import { answerSynchronizationAdmin } from '../sync-service/admin.ts'
import type { Passwords } from '../sync-service/passwords.ts'
import type { Synchronization } from '../sync-service/synchronization.ts'
import type { AccessTokens } from '../token/access-tokens.ts'
import type { Credentials } from '../token/credentials.ts'
import type { WritesByObject } from '../writes-by-object.ts'
import { answerApplicationAdmin } from './admin-application.ts'
import { answerConditionsAdmin } from './admin-conditions.ts'
import { type AdminResponse, ok, refused } from './admin-response.ts'
import { answerTenantAdmin } from './admin-tenant.ts'

export interface AdminOptions {
  readonly requests: RequestLog
  readonly writesByObject: WritesByObject
  readonly conditions: Conditions
  readonly directory: Directory
  readonly faults: Faults
  readonly clock: Clock
  readonly credentials: Credentials
  readonly tokens: AccessTokens
  readonly administration: Administration
  readonly application: Application
  readonly synchronization: Synchronization
  readonly passwords: Passwords
}

const closed = { additionalProperties: false }

const FaultBody = Type.Object(
  {
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    afterMs: Type.Optional(Type.Number({ minimum: 0 })),
    forMs: Type.Optional(Type.Number({ minimum: 0 })),
    target: Type.Optional(
      Type.Union([
        Type.Literal('request'),
        Type.Literal('item'),
        Type.Literal('token'),
        Type.Literal('sync-service')
      ])
    ),
    method: Type.Optional(Type.String()),
    pathContains: Type.Optional(Type.String()),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    retryAfterSeconds: Type.Optional(Type.Number({ minimum: 0 })),
    code: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
    delayMs: Type.Optional(Type.Integer({ minimum: 0 })),
    drop: Type.Optional(Type.Boolean()),
    carriedOut: Type.Optional(Type.Boolean()),
    half: Type.Optional(Type.Union([Type.Literal('connection'), Type.Literal('json')])),
    html: Type.Optional(Type.Boolean()),
    slowBodyMs: Type.Optional(Type.Integer({ minimum: 0 }))
  },
  closed
)

const ClockBody = Type.Object({ advanceMs: Type.Integer({ minimum: 0 }) }, closed)

const CredentialsBody = Type.Object(
  {
    clientSecret: Type.Optional(Type.String({ minLength: 1 })),
    clientCertificatePem: Type.Optional(Type.String({ minLength: 1 })),
    revokeTokens: Type.Optional(Type.Boolean())
  },
  closed
)

const checks = {
  fault: Compile(FaultBody),
  clock: Compile(ClockBody),
  credentials: Compile(CredentialsBody)
}

/** `/emulator/…`: what a test asks of the emulator and Entra does not have. No token is needed. */
export function answerAdmin(
  options: AdminOptions,
  method: string,
  path: string,
  body: string
): AdminResponse {
  const { requests, faults, clock } = options
  const input: unknown = body === '' ? {} : JSON.parse(body)
  switch (`${method} ${path}`) {
    case 'GET /emulator/requests':
      return ok(requests)
    case 'POST /emulator/requests/reset':
      requests.reset()
      options.writesByObject.reset()
      return ok({})
    case 'GET /emulator/writes-by-object':
      return ok(options.writesByObject.toJSON())
    case 'GET /emulator/state':
      return ok({ ...tenantCounts(options.directory), now: new Date(clock.now()).toISOString() })
    case 'GET /emulator/faults':
      return ok(faults.toJSON())
    case 'POST /emulator/faults':
      if (!checks.fault.Check(input)) return refused(checks.fault.Errors(input))
      faults.add(input)
      return ok({})
    case 'POST /emulator/faults/clear':
      faults.clear()
      return ok({})
    case 'GET /emulator/clock':
      return ok({ now: new Date(clock.now()).toISOString() })
    case 'POST /emulator/clock':
      if (!checks.clock.Check(input)) return refused(checks.clock.Errors(input))
      clock.advance(input.advanceMs)
      return ok({ now: new Date(clock.now()).toISOString() })
    case 'POST /emulator/credentials':
      if (!checks.credentials.Check(input)) return refused(checks.credentials.Errors(input))
      changeCredentials(options, input)
      return ok({})
    default:
      return (
        answerConditionsAdmin(options.conditions, `${method} ${path}`, input) ??
        answerApplicationAdmin(options, `${method} ${path}`, input) ??
        answerSynchronizationAdmin(options, `${method} ${path}`, input) ??
        answerTenantAdmin(options.administration, `${method} ${path}`, input) ?? {
          status: 404,
          body: { error: `There is no ${method} ${path} here; see the package's README` }
        }
      )
  }
}

function changeCredentials(
  { credentials, tokens }: AdminOptions,
  change: Static<typeof CredentialsBody>
): void {
  if (change.clientSecret !== undefined) credentials.clientSecret = change.clientSecret
  if (change.clientCertificatePem !== undefined)
    credentials.clientCertificatePem = change.clientCertificatePem
  if (change.revokeTokens) tokens.revokeAll()
}
