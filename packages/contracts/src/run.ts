import { type Static, Type } from 'typebox'

export const ImportMode = Type.Union([Type.Literal('full'), Type.Literal('delta')], {
  description: 'full: reads everything again. delta: reads what changed since the cookie.'
})
export type ImportMode = Static<typeof ImportMode>

export const RunState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('completed'),
  Type.Literal('failed')
])
export type RunState = Static<typeof RunState>

/** One execution of a run profile (an import of one connector), with the id that every log line carries. */
export const Run = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    connector: Type.String({ description: 'The name of the connector' }),
    mode: ImportMode,
    state: RunState,
    trigger: Type.String({
      description:
        'api:<name of the key>, api, notification, poll, start, full-import, schedule, folder or recovery'
    }),
    requestedAt: Type.String({ format: 'date-time' }),
    startedAt: Type.Optional(Type.String({ format: 'date-time' })),
    endedAt: Type.Optional(Type.String({ format: 'date-time' })),
    counters: Type.Object({
      pages: Type.Integer(),
      reported: Type.Integer({ description: 'Objects that the directory reported' }),
      staged: Type.Integer({ description: 'Objects that were new or different' }),
      unchanged: Type.Integer({ description: 'Objects that were read and are as they were' }),
      deleted: Type.Integer({ description: 'Objects newly staged as deleted' })
    }),
    reason: Type.Optional(Type.String({ description: 'Why it was asked for, where the service itself did' })),
    preview: Type.Boolean({ description: 'Counted only: nothing of it was kept' }),
    progress: Type.Object({
      objectsPerSecond: Type.Number({ description: 'Objects read per second, over the whole run' }),
      expected: Type.Optional(
        Type.Integer({ description: 'Objects that are likely to be read: as many as are known' })
      ),
      remainingSeconds: Type.Optional(
        Type.Number({ description: 'While it runs, from the rate and from what is expected' })
      )
    }),
    findings: Type.Integer({ description: 'Lines of a file that could not be used, or only in part' }),
    error: Type.Optional(Type.String({ description: 'What went wrong and what to do' }))
  },
  { $id: 'Run', additionalProperties: false }
)
export type Run = Static<typeof Run>
