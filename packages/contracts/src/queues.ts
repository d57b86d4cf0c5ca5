import type { Static, TSchema } from 'typebox'
import { ExportPending } from './messages/export-pending.ts'
import { FixesRequested } from './messages/fixes-requested.ts'
import { ImportRequested } from './messages/import-requested.ts'
import { ObjectStaged } from './messages/object-staged.ts'

/**
 * Every queue there is. Names are nouns of state, never commands.
 * A message says which objects have news, never what changed: replays, reorderings and losses are harmless.
 */
export const queues = {
  importRequested: queue('import-requested', ImportRequested),
  fixesRequested: queue('fixes-requested', FixesRequested),
  objectStaged: queue('object-staged', ObjectStaged),
  exportPending: queue('export-pending', ExportPending)
} as const

export interface QueueDefinition<Schema extends TSchema = TSchema> {
  readonly name: string
  readonly schema: Schema
}

export type MessageOf<Definition extends QueueDefinition> = Static<Definition['schema']>

/** The most ids that one message carries; longer lists are cut into several messages. */
export const idsPerMessage = 200

function queue<Schema extends TSchema>(name: string, schema: Schema): QueueDefinition<Schema> {
  return { name, schema }
}
