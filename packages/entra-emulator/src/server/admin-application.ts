import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Application } from '../state/application.ts'
import type { AccessTokens } from '../token/access-tokens.ts'
import type { Credentials } from '../token/credentials.ts'
import { type AdminResponse, ok, refused } from './admin-response.ts'

export interface ApplicationAdmin {
  readonly application: Application
  readonly credentials: Credentials
  readonly tokens: AccessTokens
}

const closed = { additionalProperties: false }
const name = Type.String({ minLength: 1 })
const names = Type.Optional(Type.Array(name))

const permissions = Compile(
  Type.Object({ grant: names, revoke: names, revokeTokens: Type.Optional(Type.Boolean()) }, closed)
)
const role = Compile(Type.Object({ role: name, given: Type.Optional(Type.Boolean()) }, closed))
const federated = Compile(
  Type.Object(
    {
      issuer: name,
      subject: name,
      audience: Type.Optional(name),
      jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() })) })),
      publicKeyPem: Type.Optional(name),
      removed: Type.Optional(Type.Boolean())
    },
    closed
  )
)

/** What an administrator does to the application; undefined when the address is none of these. */
export function answerApplicationAdmin(
  admin: ApplicationAdmin,
  operation: string,
  input: unknown
): AdminResponse | undefined {
  switch (operation) {
    case 'GET /emulator/permissions':
      return ok(permissionsOf(admin.application))
    case 'POST /emulator/permissions':
      return permissions.Check(input) ? changePermissions(admin, input) : refused(permissions.Errors(input))
    case 'POST /emulator/permissions/reset':
      admin.application.forgetUsed()
      return ok(permissionsOf(admin.application))
    case 'POST /emulator/application-roles':
      if (!role.Check(input)) return refused(role.Errors(input))
      if (input.given ?? true) admin.application.roles.add(input.role)
      else admin.application.roles.delete(input.role)
      return ok(permissionsOf(admin.application))
    case 'POST /emulator/federated-credentials':
      if (!federated.Check(input)) return refused(federated.Errors(input))
      return changeFederated(admin.credentials, input)
    default:
      return undefined
  }
}

function permissionsOf({ granted, grantedOfSyncService, used, roles }: Application): object {
  return { granted: [...grantedOfSyncService, ...granted], used, roles: [...roles] }
}

function changePermissions(
  { application, tokens }: ApplicationAdmin,
  change: { grant?: string[]; revoke?: string[]; revokeTokens?: boolean }
): AdminResponse {
  try {
    application.grant(change.grant ?? [])
    application.revoke(change.revoke ?? [])
  } catch (error) {
    if (error instanceof RangeError) return { status: 400, body: { error: error.message } }
    throw error
  }
  if (change.revokeTokens) tokens.revokeAll()
  return ok(permissionsOf(application))
}

/** A credential is known by its issuer and subject. */
function changeFederated(
  credentials: Credentials,
  { removed, ...given }: Credentials['federated'][number] & { removed?: boolean }
): AdminResponse {
  const others = credentials.federated.filter(
    ({ issuer, subject }) => issuer !== given.issuer || subject !== given.subject
  )
  credentials.federated = removed ? others : [...others, given]
  return ok({ registered: credentials.federated.length })
}
