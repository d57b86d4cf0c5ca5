import { type Static, Type } from 'typebox'

/** transform -> export. These metaverse entries may have something to write; read their newest rows. */
export const ExportPending = Type.Object(
  {
    entryIds: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 500 }),
    runId: Type.Optional(Type.String({ format: 'uuid' }))
  },
  { additionalProperties: false }
)
export type ExportPending = Static<typeof ExportPending>
