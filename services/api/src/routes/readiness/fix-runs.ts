import { Readable } from 'node:stream'
import type { FixRun } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../../app-type.ts'
import { BeforeRun, Limit, Next } from '../../paging.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { listOf, streamed } from '../../schema-parts.ts'
import { type FixParts, orConflict, queued, queuedRun } from './fixes.ts'
import { FixRunFields, FixRunPage, FixState } from './readiness-schema.ts'

const FixRunParams = Type.Object({ id: Type.String({ format: 'uuid' }) })
const position = Type.Integer({ minimum: 0, maximum: 1_000_000 })

const RunsQuery = Type.Object(
  {
    limit: Limit,
    before: BeforeRun,
    connector: Type.Optional(Type.String({ maxLength: 255 }))
  },
  { additionalProperties: false }
)

const FixesQuery = Type.Object(
  {
    limit: Limit,
    after: Type.Optional(Type.Unsafe<number>({ ...position, description: 'The next of the page before' })),
    state: Type.Optional(FixState)
  },
  { additionalProperties: false }
)

const UndoQuery = Type.Object(
  {
    position: Type.Optional(
      Type.Unsafe<number>({ ...position, description: 'This fix only. Without it, all of the run' })
    )
  },
  { additionalProperties: false }
)

/** What became of fixes, and taking them back. */
export function fixRunRoutes(app: App, parts: FixParts): void {
  const { fixes } = parts.store
  app.get(
    '/readiness/fixes',
    {
      schema: {
        operationId: 'listFixRuns',
        tags: ['readiness'],
        summary: 'Runs of fixes, newest first',
        querystring: RunsQuery,
        response: {
          200: Type.Object({ runs: listOf(FixRunFields), next: Next }),
          ...problemResponses(400)
        }
      }
    },
    request => {
      assertPosition(request.query.before)
      return fixes.list(request.query)
    }
  )
  app.get(
    '/readiness/fixes/:id',
    {
      schema: {
        operationId: 'readFixRun',
        tags: ['readiness'],
        summary: 'One run of fixes, with what became of each',
        params: FixRunParams,
        querystring: FixesQuery,
        response: { 200: FixRunPage, ...problemResponses(400, 404) }
      }
    },
    async request => {
      const run = await runWithId(fixes, request.params.id)
      return { ...run, ...(await fixes.read(run.id, request.query)) }
    }
  )
  app.get(
    '/readiness/fixes/:id/undo.ldif',
    {
      schema: {
        operationId: 'readFixUndo',
        tags: ['readiness'],
        summary: 'An LDIF file that takes back by hand what a run has written, the last first',
        params: FixRunParams,
        querystring: UndoQuery,
        response: {
          200: {
            description: 'For ldifde or ldapmodify',
            content: { 'text/plain': { schema: streamed(Type.String()) } }
          },
          ...problemResponses(400, 404)
        }
      }
    },
    async (request, reply) => {
      const { id } = await runWithId(fixes, request.params.id)
      return reply
        .header('content-disposition', `attachment; filename="undo-${id}.ldif"`)
        .type('text/plain; charset=utf-8')
        .send(Readable.from(fixes.undoLdif(id, request.query.position)))
    }
  )
  app.post(
    '/readiness/fixes/:id/undo',
    {
      schema: {
        operationId: 'undoFixes',
        tags: ['readiness'],
        summary: 'Take back what a run has written, in a run of its own',
        description: 'Only what still is as that run left it is changed.',
        params: FixRunParams,
        querystring: UndoQuery,
        response: { 202: queuedRun, ...problemResponses(400, 404, 409) }
      }
    },
    async (request, reply) => {
      const { id } = await runWithId(fixes, request.params.id)
      const { position: only } = request.query
      const undo = await orConflict(() =>
        fixes.createUndo(id, {
          requestedBy: request.caller,
          ...(only !== undefined && { positions: [only] })
        })
      )
      return queued(parts, undo, request, reply)
    }
  )
}

/** @throws ProblemError 400: the pattern lets months of 13 pass */
function assertPosition(before: string | undefined): void {
  const [at] = before?.split('|') ?? []
  if (at === undefined || !Number.isNaN(Date.parse(at))) return
  throw new ProblemError(400, 'before is not a position in the list: use the next of the page before.', {
    kind: 'invalid-request'
  })
}

/** @throws ProblemError 404 */
async function runWithId(fixes: FixParts['store']['fixes'], id: string): Promise<FixRun> {
  const run = await fixes.get(id)
  if (run !== undefined) return run
  throw new ProblemError(404, `There is no run of fixes ${id}. GET /v1/readiness/fixes lists them.`, {
    kind: 'fix-run-unknown'
  })
}
