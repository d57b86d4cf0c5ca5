import { RunState } from '@opendirsync/contracts'
import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { BeforeRun, Limit, Next } from '../paging.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { RunReference } from './run-schema.ts'

const RunQuery = Type.Object(
  {
    limit: Limit,
    before: BeforeRun,
    connector: Type.Optional(Type.String({ maxLength: 255 })),
    state: Type.Optional(RunState)
  },
  { additionalProperties: false }
)

const RunParams = Type.Object({ id: Type.String({ format: 'uuid' }) })

const Finding = Type.Object({
  line: Type.Integer({ description: 'The line of the file, as an editor counts' }),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')], {
    description: 'error: the line was not used'
  }),
  code: Type.String({ description: 'Stable, kebab-case' }),
  column: Type.Optional(Type.String({ description: 'The heading of the column' })),
  message: Type.String({ description: 'What is wrong and what to do' })
})

const FindingsQuery = Type.Object(
  {
    limit: Limit,
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'The next of the page before' }))
  },
  { additionalProperties: false }
)

const FindingsNext = Type.Optional(
  Type.Integer({ description: 'Give it as after for the next page; absent on the last' })
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
        params: RunParams,
        response: { 200: RunReference, ...problemResponses(400, 404) }
      }
    },
    async request => {
      const run = await store.runs.get(request.params.id)
      if (run !== undefined) return run
      throw unknownRun(request.params.id)
    }
  )

  app.get(
    '/runs/:id/findings',
    {
      schema: {
        operationId: 'listFindings',
        tags: ['imports'],
        summary: 'What is wrong with the file that a run has read, line by line',
        params: RunParams,
        querystring: FindingsQuery,
        response: {
          200: Type.Object({ findings: Type.Array(Finding), next: FindingsNext }),
          ...problemResponses(400, 404)
        }
      }
    },
    async request => {
      const { id } = request.params
      const { limit, after } = request.query
      if ((await store.runs.get(id)) === undefined) throw unknownRun(id)
      const { findings, next } = await store.runs.findings(id, {
        limit,
        ...(after !== undefined && { after })
      })
      return { findings, ...(next !== undefined && { next }) }
    }
  )
}

function unknownRun(id: string): ProblemError {
  return new ProblemError(404, `There is no run ${id}. GET /v1/runs lists them.`, { kind: 'run-unknown' })
}
