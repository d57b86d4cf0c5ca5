import { type Static, Type } from 'typebox'
import { changeKinds } from '../../rules/tenant-change.ts'
import { AttributeChange, Guid, listOf, ProblemFound, Time } from '../../schema-parts.ts'

const VersionOrNull = Type.Union([Type.Integer(), Type.Null()], {
  description: 'Null: the default rules alone'
})

const Fault = Type.Object({
  line: Type.Integer(),
  column: Type.Integer(),
  path: Type.String(),
  message: Type.String()
})

export const RulesState = Type.Object({
  revision: Type.Integer({ description: 'Rises whenever other rules are put in force; the ETag' }),
  version: VersionOrNull,
  text: Type.Union([Type.String(), Type.Null()], { description: 'The own rules; null: there are none' }),
  settings: Type.Record(Type.String(), Type.Unknown(), {
    description: 'The settings of the own rules; what is missing has its default'
  }),
  sourceAnchor: Type.Optional(
    Type.String({
      description: 'Where source anchors come from when the own rules do not say. Missing: not chosen yet'
    })
  ),
  resynchronising: Type.Optional(
    Type.Object(
      {
        touched: Type.Integer({ description: 'Objects that were found to be decided otherwise' }),
        all: Type.Boolean({ description: 'True: every object is synchronised again' })
      },
      { description: 'There while objects are looked at again because other rules were put in force' }
    )
  ),
  fullImports: Type.Optional(
    listOf(
      Type.Object({
        connector: Type.String(),
        attributes: listOf(Type.String()),
        runId: Type.String({ format: 'uuid' })
      }),
      {
        description:
          'After a change: imports of attributes that the rules read now and that were never imported'
      }
    )
  ),
  faults: Type.Optional(
    listOf(Fault, { description: 'There when the text cannot be used; nothing is synchronised then' })
  )
})
export type RulesState = Static<typeof RulesState>

export const VersionSummary = Type.Object({
  version: Type.Integer(),
  author: Type.String({ description: 'The name of a key, or file' }),
  createdAt: Time('When the text was handed in'),
  appliedAt: Type.Optional(Time('When it was last put in force')),
  inForce: Type.Boolean()
})

export const Version = Type.Object({ ...VersionSummary.properties, text: Type.String() })

export const RuleRow = Type.Object({
  name: Type.String(),
  direction: Type.Union([Type.Literal('inbound'), Type.Literal('outbound')]),
  objectType: Type.String(),
  objectClass: Type.Optional(Type.String({ description: 'Only objects of this class' })),
  precedence: Type.Integer({ description: 'The lower one wins' }),
  origin: Type.Union([Type.Literal('default'), Type.Literal('own')]),
  scope: Type.Optional(
    Type.String({ description: 'Whom the rule is for. Missing: every object of the type' })
  ),
  excludes: listOf(
    Type.Object({
      when: Type.String(),
      code: Type.String(),
      message: Type.String(),
      connect: Type.Optional(Type.String({ description: 'Where Entra Connect does otherwise' }))
    }),
    { description: 'Objects that these fit are not synchronised' }
  ),
  flows: listOf(
    Type.Object({
      target: Type.String(),
      sources: listOf(Type.String()),
      how: Type.String({ description: 'How the value comes about' }),
      connect: Type.Optional(Type.String({ description: 'Where Entra Connect does otherwise' }))
    })
  )
})
export type RuleRow = Static<typeof RuleRow>

const Kinds = Type.Object({
  added: Type.Integer({ description: 'Created in the tenant' }),
  changed: Type.Integer({ description: 'Changed in the tenant' }),
  deleted: Type.Integer({ description: 'Deleted in the tenant, through the delete gate' }),
  blocked: Type.Integer({ description: 'Not made, or kept as it is, because of a problem' }),
  unseen: Type.Integer({ description: 'Otherwise only here, not in the tenant' })
})

const Sample = Type.Object({
  connector: Type.String(),
  objectGuid: Guid('objectGUID'),
  dn: Type.String(),
  kind: Type.String({ description: changeKinds.join(', ') }),
  objectType: Type.String(),
  attributes: listOf(AttributeChange, { description: 'Those that differ' }),
  problems: listOf(ProblemFound, { description: 'Why it is left out, or what is wrong with it then' })
})

export const Preview = Type.Object({
  revision: Type.Integer({ description: 'What it was compared with; to be sent as If-Match' }),
  objects: Type.Integer({
    description: 'Users, groups and contacts that were looked at; joined ones are one object'
  }),
  counts: Type.Object({ total: Kinds, user: Kinds, group: Kinds, contact: Kinds }),
  attributes: Type.Record(Type.String(), Type.Integer(), {
    description: "Graph's name to the number of objects in which the attribute changes"
  }),
  newAttributes: listOf(Type.Object({ connector: Type.String(), attributes: listOf(Type.String()) }), {
    description:
      'Attributes that the rules read and that no full import has asked for. A full import will follow; the counts do not know their values.'
  }),
  samples: Type.Object(
    {
      added: listOf(Sample),
      changed: listOf(Sample),
      deleted: listOf(Sample),
      blocked: listOf(Sample),
      unseen: listOf(Sample)
    },
    { description: 'Up to 20 of each' }
  )
})
