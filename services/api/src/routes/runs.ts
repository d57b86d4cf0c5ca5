import { RunState } from '@opendirsync/contracts'
import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { Limit, Next } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { RunReference } from './run-schema.ts'

const RunQuery = Type.Object(
  {
    limit: Limit,
    before: Type.Optional(
      Type.String({
        pattern: '^[0-9TZ:.-]+\\|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
        description: 'The next of the page before'
      })
    ),
    connector: Type.Optional(Type.String({ maxLength: 255 })),
    state: Type.Optional(RunState)
  },
  { additionalProperties: false }
)

export function runRoutes(app: App, { store }: { store: Pick<Store, 'runs'> }): void {
  app.get(
    '/runs',
    {
      schema: {
        operationId: 'listRuns',
        tags: ['imports'],
        summary: 'Runs, newest first',
        querystring: RunQuery,
        response: {
          200: Type.Object({ runs: Type.Array(RunReference), next: Next }),
          ...problemResponses(400)
        }
      }
    },
    request => {
      const [at] = request.query.before?.split('|') ?? []
      // The pattern lets months of 13 pass; the database would call them its own fault.
      if (at !== undefined && Number.isNaN(Date.parse(at))) {
        throw new ProblemError(
          400,
          'before is not a position in the list: use the next of the page before.',
          {
            kind: 'invalid-request'
          }
        )
      }
      return store.runs.list(request.query)
    }
  )

  app.get(
    '/runs/:id',
    {
      schema: {
        operationId: 'readRun',
        tags: ['imports'],
        summary: 'One run, with its counters',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        response: { 200: RunReference, ...problemResponses(400, 404) }
      }
    },
    async request => {
      const run = await store.runs.get(request.params.id)
      if (run !== undefined) return run
      throw new ProblemError(404, `There is no run ${request.params.id}. GET /v1/runs lists them.`, {
        kind: 'run-unknown'
      })
    }
  )
}
