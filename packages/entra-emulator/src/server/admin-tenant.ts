import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Administration } from '../state/administration.ts'
import { type AdminResponse, ok, refused } from './admin-response.ts'

const closed = { additionalProperties: false }
const id = Type.String({ minLength: 1 })

const role = Compile(Type.Object({ principalId: id, role: id, given: Type.Optional(Type.Boolean()) }, closed))
const contact = Compile(
  Type.Object({ displayName: id, mail: id, proxyAddresses: Type.Optional(Type.Array(Type.String())) }, closed)
)
const object = Compile(Type.Object({ id, properties: Type.Record(Type.String(), Type.Unknown()) }, closed))
const extension = Compile(
  Type.Object(
    {
      name: Type.String({ pattern: '^extension_[0-9a-fA-F]{32}_[A-Za-z0-9_]+$' }),
      dataType: Type.Optional(
        Type.Union([
          Type.Literal('String'),
          Type.Literal('Boolean'),
          Type.Literal('Integer'),
          Type.Literal('LargeInteger'),
          Type.Literal('DateTime'),
          Type.Literal('Binary')
        ])
      ),
      isMultiValued: Type.Optional(Type.Boolean()),
      targetObjects: Type.Array(Type.String(), { minItems: 1 })
    },
    closed
  )
)

const newUsers = Compile(Type.Array(Type.Record(Type.String(), Type.Unknown())))
const objectRemoved = Compile(Type.Object({ id }, closed))
const domain = Compile(
  Type.Object(
    {
      name: id,
      verified: Type.Optional(Type.Boolean()),
      federated: Type.Optional(Type.Boolean()),
      removed: Type.Optional(Type.Boolean())
    },
    closed
  )
)
const quota = Compile(Type.Object({ objects: Type.Integer({ minimum: 0 }) }, closed))
const share = Type.Optional(Type.Number({ minimum: 0, maximum: 1 }))
const count = Type.Optional(Type.Integer({ minimum: 1 }))
const delta = Compile(
  Type.Object(
    {
      seed: Type.Optional(Type.Integer()),
      replayed: share,
      delayed: share,
      emptyPages: share,
      referencesPerItem: count,
      pageSize: count,
      removedAtFirst: Type.Optional(Type.Boolean())
    },
    closed
  )
)

/** What is done to the tenant's objects beside Graph; undefined when the address is none of these. */
export function answerTenantAdmin(
  administration: Administration,
  operation: string,
  input: unknown
): AdminResponse | undefined {
  try {
    return change(administration, operation, input)
  } catch (error) {
    if (error instanceof RangeError) return { status: 404, body: { error: error.message } }
    if (error instanceof TypeError) return { status: 400, body: { error: error.message } }
    throw error
  }
}

function change(
  administration: Administration,
  operation: string,
  input: unknown
): AdminResponse | undefined {
  switch (operation) {
    case 'POST /emulator/roles':
      if (!role.Check(input)) return refused(role.Errors(input))
      if (input.given ?? true) return ok({ id: administration.giveRole(input.principalId, input.role) })
      administration.takeRole(input.principalId, input.role)
      return ok({})
    case 'POST /emulator/contacts':
      if (!contact.Check(input)) return refused(contact.Errors(input))
      return ok({ id: administration.createContact(input) })
    case 'POST /emulator/objects':
      if (!object.Check(input)) return refused(object.Errors(input))
      administration.setProperties(input.id, input.properties)
      return ok({})
    case 'POST /emulator/users':
      if (!newUsers.Check(input)) return refused(newUsers.Errors(input))
      return ok({ ids: administration.createUsers(input) })
    case 'POST /emulator/extensions':
      if (!extension.Check(input)) return refused(extension.Errors(input))
      administration.registerExtension(input)
      return ok({})
    default:
      return changeTenant(administration, operation, input)
  }
}

/** What is done to the tenant as a whole, and deletes by somebody else. */
function changeTenant(
  administration: Administration,
  operation: string,
  input: unknown
): AdminResponse | undefined {
  switch (operation) {
    case 'POST /emulator/objects/remove':
      if (!objectRemoved.Check(input)) return refused(objectRemoved.Errors(input))
      administration.remove(input.id)
      return ok({})
    case 'POST /emulator/domains':
      if (!domain.Check(input)) return refused(domain.Errors(input))
      administration.setDomain(input)
      return ok({})
    case 'POST /emulator/object-quota':
      if (!quota.Check(input)) return refused(quota.Errors(input))
      administration.setObjectQuota(input.objects)
      return ok({})
    case 'GET /emulator/delta':
      return ok(administration.delta)
    case 'POST /emulator/delta':
      if (!delta.Check(input)) return refused(delta.Errors(input))
      administration.setDelta(input)
      return ok(administration.delta)
    default:
      return undefined
  }
}
