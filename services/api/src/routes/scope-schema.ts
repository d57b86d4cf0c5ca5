import { ScopeCondition, type ScopePart, scopeParts } from '@opendirsync/contracts'
import { type Static, Type } from 'typebox'

const Reference = Type.Object({
  objectGuid: Type.String({ format: 'uuid', description: 'What counts: renaming and moving change nothing' }),
  dn: Type.String({ description: 'Its name when the scope was applied' })
})

/** The scope with its references resolved. */
export const Scope = Type.Object(
  {
    containers: Type.Optional(
      Type.Object({
        include: Type.Array(Reference),
        exclude: Type.Array(Reference),
        newContainers: Type.Union([Type.Literal('in'), Type.Literal('out')])
      })
    ),
    groups: Type.Optional(Type.Array(Reference)),
    conditions: Type.Optional(Type.Array(Type.Array(Type.Object(ScopeCondition.properties))))
  },
  { $id: 'Scope', description: 'Without any part everything is in scope' }
)
export type Scope = Static<typeof Scope>

const stateProperties = {
  scope: Type.Unsafe<Scope>({ $ref: 'Scope#' }),
  revision: Type.Integer({ description: 'Rises with each change; the ETag' }),
  appliedAt: Type.Optional(Type.String({ format: 'date-time' }))
}

export const ScopeState = Type.Object(stateProperties)

const Counts = Type.Object({
  users: Type.Integer(),
  groups: Type.Integer(),
  contacts: Type.Integer()
})

const countProperties = {
  inScope: Counts,
  outOfScope: Counts,
  entering: Type.Unsafe<Static<typeof Counts>>({ ...Counts, description: 'Out of scope until now' }),
  leaving: Type.Unsafe<Static<typeof Counts>>({ ...Counts, description: 'In scope until now' }),
  missingAttributes: Type.Array(Type.String(), {
    description:
      'Attributes of conditions that were never imported. Until a full import has read them, objects stay on their side, and new ones stay out.'
  })
}

export const AppliedScope = Type.Object({
  ...stateProperties,
  ...countProperties,
  runId: Type.Optional(
    Type.String({ format: 'uuid', description: 'The full import that reads the missing attributes' })
  )
})
export type AppliedScope = Static<typeof AppliedScope>

const Samples = Type.Array(
  Type.Object({
    objectGuid: Type.String({ format: 'uuid' }),
    dn: Type.String(),
    part: Type.Unsafe<ScopePart>({
      type: 'string',
      enum: scopeParts,
      description:
        'Which part keeps it out: of what leaves, the new scope; of what enters, the scope until now'
    })
  }),
  { description: 'The first 20, by name' }
)

export const ScopePreview = Type.Object({
  scope: stateProperties.scope,
  ...countProperties,
  samples: Type.Object({ entering: Samples, leaving: Samples }),
  exportsAffected: Type.Integer({
    description: 'Objects that leave and that the tenant has or is to have: they are to be deleted there'
  })
})
export type ScopePreview = Static<typeof ScopePreview>
