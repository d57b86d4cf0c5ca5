import { type Static, Type } from 'typebox'

/** api -> import. A run of this connector is queued; the importer that holds its lease reads the row. */
export const ImportRequested = Type.Object(
  { connector: Type.String({ minLength: 1 }), runId: Type.String({ format: 'uuid' }) },
  { additionalProperties: false }
)
export type ImportRequested = Static<typeof ImportRequested>
