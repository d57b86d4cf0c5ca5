import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Conditions } from '../conditions.ts'
import { type AdminResponse, ok, refused } from './admin-response.ts'

const closed = { additionalProperties: false }
const share = Type.Number({ minimum: 0, maximum: 1 })
const flag = Type.Optional(Type.Boolean())
const count = Type.Optional(Type.Integer({ minimum: 1 }))
const ms = Type.Number({ minimum: 0 })
const range = Type.Union([ms, Type.Object({ min: ms, max: ms }, closed)])

const throttling = Type.Object(
  {
    writes: count,
    writeWindowMs: count,
    resourceUnits: count,
    tenantSize: Type.Optional(Type.Union([Type.Literal('S'), Type.Literal('M'), Type.Literal('L')])),
    tenantWrites: count,
    othersShare: Type.Optional(share),
    speed: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    filledAtStart: Type.Optional(share),
    bindsCostMore: flag,
    punishesEarlyRetries: flag
  },
  closed
)

const behaviour = Type.Object(
  {
    acceptsManagerAtCreate: flag,
    throttledBatchStatus: Type.Optional(
      Type.Union([Type.Literal(200), Type.Literal(424), Type.Literal('alternate')])
    ),
    expiredDeltaStatus: Type.Optional(Type.Union([Type.Literal(410), Type.Literal(400)])),
    writesPrivilegedUsers: flag,
    refusesFederatedDomainChange: flag
  },
  closed
)

const conditionsChange = Compile(
  Type.Object(
    {
      throttling: Type.Optional(Type.Union([Type.Literal('off'), throttling])),
      replicationLagMs: Type.Optional(range),
      staleReads: Type.Optional(
        Type.Union([Type.Literal('off'), Type.Object({ share, forMs: range }, closed)])
      ),
      seed: Type.Optional(Type.Integer()),
      behaviour: Type.Optional(behaviour)
    },
    closed
  )
)

const quotaUse = Compile(
  Type.Object(
    {
      writes: Type.Optional(ms),
      resourceUnits: Type.Optional(ms),
      appId: Type.Optional(Type.String({ minLength: 1 }))
    },
    closed
  )
)

/** Under which conditions the tenant is worked with; undefined when the address is none of these. */
export function answerConditionsAdmin(
  conditions: Conditions,
  operation: string,
  input: unknown
): AdminResponse | undefined {
  switch (operation) {
    case 'GET /emulator/behaviour':
      return ok(conditions.toJSON())
    case 'POST /emulator/behaviour':
      if (!conditionsChange.Check(input)) return refused(conditionsChange.Errors(input))
      conditions.change(input)
      return ok(conditions.toJSON())
    case 'GET /emulator/quota-use':
      return ok(conditions.throttling.report())
    case 'POST /emulator/quota-use':
      if (!quotaUse.Check(input)) return refused(quotaUse.Errors(input))
      conditions.throttling.use(input)
      return ok(conditions.throttling.report())
    default:
      return undefined
  }
}
