import { type Static, Type } from 'typebox'

/** api -> import. A run of fixes is queued for this connector; the importer that holds its lease reads the rows. */
export const FixesRequested = Type.Object(
  { connector: Type.String({ minLength: 1 }), fixRunId: Type.String({ format: 'uuid' }) },
  { additionalProperties: false }
)
export type FixesRequested = Static<typeof FixesRequested>
