import { HoldKind, HoldReason, HoldState } from '@opendirsync/contracts'
import { Type } from 'typebox'

const Time = (description: string) => Type.String({ format: 'date-time', description })
const Entry = (description: string) => Type.String({ format: 'uuid', description })

export const WaveId = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: 'Names all that are held for one reason'
})

const origin = {
  kind: HoldKind,
  reason: HoldReason,
  reasonDetail: Type.Optional(
    Type.String({ description: 'Which part of the scope leaves it out, or the code of the rule that does' })
  ),
  connector: Type.Optional(Type.String()),
  container: Type.Optional(Type.String({ description: 'The OU, the file or the group' })),
  message: Type.String({ description: 'The reason as a sentence' })
}

export const Hold = Type.Object({
  id: Type.Integer(),
  ...origin,
  state: HoldState,
  wave: WaveId,
  entryId: Entry('The metaverse entry that would be deleted, or the group that would lose the member'),
  memberEntryId: Type.Optional(Entry('The member')),
  dn: Type.Optional(
    Type.String({ description: 'Of the object that would go, or of the member, as last known' })
  ),
  displayName: Type.Optional(Type.String()),
  userPrincipalName: Type.Optional(Type.String()),
  groupName: Type.Optional(Type.String({ description: 'The group that would lose the member' })),
  heldSince: Time('Since when'),
  decidedBy: Type.Optional(Type.String({ description: 'The name of the API key' })),
  decidedAt: Type.Optional(Time('When')),
  comment: Type.Optional(Type.String())
})

export const HoldWave = Type.Object({
  wave: WaveId,
  ...origin,
  held: Type.Integer({ description: 'How many wait' }),
  refused: Type.Integer({ description: 'How many were refused and could be approved' }),
  heldSince: Time('The oldest'),
  newest: Time('The newest'),
  examples: Type.Array(Type.String(), { description: 'Names of some' })
})

export const Postponed = Type.Object({
  entryId: Entry('The metaverse entry'),
  objectType: Type.String(),
  entraId: Type.Optional(Type.String({ description: 'Its id in the tenant' })),
  dn: Type.Optional(Type.String({ description: 'As last known' })),
  displayName: Type.Optional(Type.String()),
  userPrincipalName: Type.Optional(Type.String()),
  since: Time('Since when it is to be deleted'),
  dueAt: Type.Optional(Time('When it will be deleted; missing: never'))
})

export const Decision = Type.Object(
  {
    decision: Type.Union([Type.Literal('approve'), Type.Literal('refuse')]),
    ids: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 10_000, uniqueItems: true })
    ),
    wave: Type.Optional(WaveId),
    all: Type.Optional(Type.Literal(true)),
    expected: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'With wave or all: how many you have seen. Where there are more or fewer, nothing is decided'
      })
    ),
    state: Type.Optional(
      Type.Union([Type.Literal('held'), Type.Literal('refused')], {
        description: 'With wave or all: which are meant. held, unless it is said otherwise'
      })
    ),
    comment: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 }))
  },
  {
    additionalProperties: false,
    examples: [
      { decision: 'approve', wave: '6f1ed002ab5595859014ebf0951522d9', expected: 600, comment: 'Closed site' }
    ]
  }
)
