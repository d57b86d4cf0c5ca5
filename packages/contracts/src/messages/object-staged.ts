import { type Static, Type } from 'typebox'

/** import -> transform. These staged objects have news; read their newest rows. */
export const ObjectStaged = Type.Object(
  {
    connector: Type.String({ minLength: 1 }),
    objectGuids: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 500 }),
    runId: Type.Optional(Type.String({ format: 'uuid' }))
  },
  { additionalProperties: false }
)
export type ObjectStaged = Static<typeof ObjectStaged>
