import { type ExportModeChange, type Store, WritesUnderWayError } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { Limit } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { Guid, Time } from '../schema-parts.ts'

const Mode = Type.Union([Type.Literal('export'), Type.Literal('staging')], {
  description: 'staging: everything is imported and synchronised, and nothing is written to the tenant'
})
const By = Type.String({ description: 'The name of the API key that set it' })

const StagingInput = Type.Object(
  {
    mode: Mode,
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why, for whoever looks at it later' }),
    waitSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 120,
        default: 30,
        description: 'Of staging: how long the answer may wait for writes that are under way'
      })
    )
  },
  { additionalProperties: false, examples: [{ mode: 'staging', reason: 'New rules for departments' }] }
)

const Exporter = Type.Object({
  id: Guid('Another one for each start'),
  host: Type.String(),
  processId: Type.Integer(),
  mode: Mode,
  forced: Type.Boolean({
    description: 'True: its EXPORT_MODE says staging, so it writes nothing, whatever is set here'
  }),
  seenAt: Time('When it last told of itself; it does so every ten seconds')
})

const Staging = Type.Object(
  {
    mode: Mode,
    since: Type.Optional(Time('Missing when nobody has ever set it')),
    by: Type.Optional(By),
    reason: Type.Optional(Type.String()),
    exporters: Type.Array(Exporter, { description: 'Those that were seen within the last minute' })
  },
  { description: 'Whether exporters write to the tenant' }
)

const Change = Type.Object({
  id: Type.Integer(),
  mode: Mode,
  at: Time('When it was set'),
  by: By,
  reason: Type.String()
})

interface Parts {
  readonly store: Pick<Store, 'exportMode'>
}

export function stagingRoutes(app: App, { store }: Parts): void {
  app.get(
    '/staging',
    {
      schema: {
        operationId: 'readStaging',
        tags: ['exports'],
        summary: 'Whether exporters write to the tenant, since when and why',
        response: { 200: Staging, ...problemResponses() }
      }
    },
    () => staging(store)
  )
  app.put(
    '/staging',
    {
      schema: {
        operationId: 'setStaging',
        tags: ['exports'],
        summary: 'Switches staging mode on or off while everything runs',
        description:
          'Once it has answered staging, no exporter has a write to the tenant under way, and none begins one. An exporter whose EXPORT_MODE says staging writes nothing in either mode.',
        body: StagingInput,
        response: { 200: Staging, ...problemResponses(400) }
      }
    },
    async request => {
      const { mode, reason, waitSeconds = 30 } = request.body
      const { caller: by } = request
      request.log.info({ mode, reason, caller: by }, 'the export mode was set')
      await setMode(store, { mode, reason, by, waitMs: waitSeconds * 1_000 })
      return staging(store)
    }
  )
  app.get(
    '/staging/history',
    {
      schema: {
        operationId: 'listStagingChanges',
        tags: ['exports'],
        summary: 'Who has switched staging mode on and off, newest first',
        querystring: Type.Object(
          {
            limit: Limit,
            before: Type.Optional(Type.Integer({ minimum: 1, description: 'The next of the page before' }))
          },
          { additionalProperties: false }
        ),
        response: {
          200: Type.Object({
            items: Type.Array(Change),
            next: Type.Optional(
              Type.Integer({ description: 'Where the next page begins. Missing on the last page.' })
            )
          }),
          ...problemResponses(400)
        }
      }
    },
    async ({ query: { limit, before } }) => {
      const found = await store.exportMode.history({
        limit: limit + 1,
        ...(before !== undefined && { before })
      })
      const items = found.slice(0, limit)
      const next = found.length > limit ? items.at(-1)?.id : undefined
      return { items: items.map(asChange), ...(next !== undefined && { next }) }
    }
  )
}

type SetMode = Store['exportMode']['set']

/** @throws ProblemError 503 when writes that are under way have not ended in time */
async function setMode(store: Parts['store'], input: Parameters<SetMode>[0]): ReturnType<SetMode> {
  try {
    return await store.exportMode.set(input)
  } catch (error) {
    if (!(error instanceof WritesUnderWayError)) throw error
    throw new ProblemError(503, error.message, { kind: 'writes-under-way', retryAfterSeconds: 5 })
  }
}

async function staging({ exportMode }: Parts['store']) {
  const [{ mode, since, by, reason }, exporters] = await Promise.all([
    exportMode.current(),
    exportMode.exporters()
  ])
  return {
    mode,
    ...(since !== undefined && { since: since.toISOString() }),
    ...(by !== undefined && { by }),
    ...(reason !== undefined && { reason }),
    exporters: exporters.map(({ seenAt, ...exporter }) => ({ ...exporter, seenAt: seenAt.toISOString() }))
  }
}

function asChange({ at, ...change }: ExportModeChange) {
  return { ...change, at: at.toISOString() }
}
