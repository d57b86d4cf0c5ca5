import type { Run } from '@opendirsync/contracts'
import { Type } from 'typebox'

/** A reference to the schema that the app knows, so that the description names it once. */
export const RunReference = Type.Unsafe<Run>({ $ref: 'Run#' })
