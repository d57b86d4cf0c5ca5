import { Type } from 'typebox'
import { Next } from '../paging.ts'
import { AttributeChange, Guid, ProblemFound } from '../schema-parts.ts'

const ObjectKind = Type.Union([Type.Literal('user'), Type.Literal('group'), Type.Literal('contact')])

const Operation = Type.Union(
  [
    Type.Literal('create'),
    Type.Literal('update'),
    Type.Literal('delete'),
    Type.Literal('restore'),
    Type.Literal('none')
  ],
  { description: 'none: only its references change' }
)

const ReferenceOperation = Type.Union([Type.Literal('add'), Type.Literal('remove')])

const References = Type.Object({
  attribute: Type.String({ description: 'member or manager' }),
  operation: ReferenceOperation,
  count: Type.Integer(),
  more: Type.Optional(
    Type.Boolean({ description: 'True: the object has more than 5000 to write, and not all were counted' })
  ),
  examples: Type.Array(Type.String(), { description: 'Names of the first few' }),
  problem: Type.Optional(ProblemFound)
})

const TakesOver = Type.Object(
  {
    by: Type.String({ description: 'immutableId, userPrincipalName or mail' }),
    entraId: Guid('The account that the tenant has'),
    userPrincipalName: Type.Union([Type.String(), Type.Null()])
  },
  {
    description:
      'Likely: by the last reading of what the tenant has. The exporter decides when it writes, by the MATCH_ variables too.'
  }
)

const PendingExport = Type.Object({
  entryId: Guid('The metaverse entry'),
  operation: Operation,
  objectType: ObjectKind,
  connector: Type.Optional(Type.String()),
  objectGuid: Type.Optional(Guid('objectGUID')),
  dn: Type.Optional(Type.String()),
  entraId: Type.Optional(Guid('Missing: it was never in the tenant')),
  changes: Type.Array(AttributeChange, {
    description: 'Of what is created or restored every value; of what is deleted none'
  }),
  references: Type.Array(References, {
    description: 'Those that are written when both ends are in the tenant'
  }),
  problem: Type.Optional(ProblemFound),
  held: Type.Optional(
    Type.String({
      description:
        'Of a delete: held (it waits for a person), refused (by a person) or postponed (it waits for its day)'
    })
  ),
  takesOver: Type.Optional(TakesOver)
})

export const PendingFilterQuery = Type.Object({
  operation: Type.Optional(Operation),
  objectType: Type.Optional(ObjectKind)
})

export const PendingExportPage = Type.Object({ items: Type.Array(PendingExport), next: Next })

export const PendingExportSummary = Type.Object({
  objects: Type.Array(
    Type.Object({
      operation: Type.String({ description: 'create, update, delete or restore' }),
      objectType: Type.String(),
      objects: Type.Integer(),
      refused: Type.Integer({ description: 'Of these, the tenant has refused so many before' }),
      held: Type.Integer({ description: 'Of deletes, so many wait for a person or for their day' })
    })
  ),
  attributes: Type.Array(
    Type.Object({
      attribute: Type.String({ description: "Graph's name" }),
      objects: Type.Integer({ description: 'Objects of the tenant whose value would change' }),
      cleared: Type.Integer({ description: 'Of these, so many would lose theirs' })
    }),
    { description: 'What updates change, the most frequent first' }
  ),
  references: Type.Array(
    Type.Object({
      attribute: Type.String(),
      operation: ReferenceOperation,
      references: Type.Integer(),
      refused: Type.Integer()
    })
  )
})
