import { PermanentError } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { FixRun, Store } from '@opendirsync/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app-type.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { type Collected, collectFixes } from '../../readiness/collect-fixes.ts'
import { wakeFixer } from '../../wake-fixer.ts'
import { FixPreview, FixRequest, FixRunFields } from './readiness-schema.ts'

export interface FixParts {
  readonly store: Pick<Store, 'connectors' | 'readiness' | 'fixes'>
  readonly queues: Queues
}

export const queuedRun = {
  description: 'The run, with its address in Location',
  content: { 'application/json': { schema: FixRunFields } },
  headers: { Location: { type: 'string', description: '/v1/readiness/fixes/{id}' } }
}

/** 1,000 findings that were chosen one by one. */
const bodyLimit = 1024 * 1024

/** Asking for changes of a directory that mend what was found. */
export function fixRequestRoutes(app: App, parts: FixParts): void {
  app.post(
    '/readiness/fixes',
    {
      bodyLimit,
      schema: {
        operationId: 'requestFixes',
        tags: ['readiness'],
        summary: 'Write proposed fixes to the directory, or see what would be written',
        description:
          'Without preview = false nothing is written. A run changes only values that still are as the finding has them, and what it writes can be taken back.',
        body: FixRequest,
        response: {
          200: { description: 'A preview', content: { 'application/json': { schema: FixPreview } } },
          202: queuedRun,
          ...problemResponses(400, 409, 413)
        }
      }
    },
    async (request, reply) => {
      const { preview = true } = request.body
      const connector = await writableConnector(parts.store, request.body.connector)
      const collected = await collectFixes(parts.store, { ...chosen(request.body), connector })
      if (preview) return { connector, ...collected }
      if (collected.fixes.length === 0) throw nothingToFix(collected)
      const run = await orConflict(() =>
        parts.store.fixes.create({
          connector,
          requestedBy: request.caller,
          fixes: collected.fixes.map(({ confidence: _confidence, codes: _codes, ...fix }) => fix)
        })
      )
      return queued(parts, run, request, reply)
    }
  )
}

/** Tells the importer, and the caller where to look. */
export async function queued(
  { queues }: Pick<FixParts, 'queues'>,
  run: FixRun,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<FixRun> {
  const { id: fixRunId, connector, counts, undoOf } = run
  request.log.info(
    { fixRunId, connector, fixes: counts.pending, undoOf, caller: request.caller },
    'fixes were asked for'
  )
  await wakeFixer(queues, run, request.log)
  reply.code(202).header('location', `/v1/readiness/fixes/${fixRunId}`)
  return run
}

/** @throws ProblemError 409 with what the store says */
export async function orConflict<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    throw new ProblemError(409, error.message, { kind: 'fixes-impossible' })
  }
}

/** @throws ProblemError 400 when it is not known which findings are meant */
function chosen(body: FixRequest): Pick<FixRequest, 'findings' | 'filter' | 'confidence'> {
  const { findings, filter, confidence } = body
  if ((findings === undefined) === (filter === undefined)) {
    throw new ProblemError(
      400,
      'Say which findings are meant: either findings, a list of them, or filter, which may be {} for all.',
      { kind: 'invalid-request' }
    )
  }
  if (findings === undefined) return { filter: filter ?? {}, ...(confidence && { confidence }) }
  if (confidence === undefined) return { findings }
  throw new ProblemError(
    400,
    'confidence goes with filter: findings that were chosen one by one are fixed however sure their fixes are.',
    { kind: 'invalid-request' }
  )
}

/** @throws ProblemError 400 when it is unknown, 409 when it is a file */
async function writableConnector({ connectors }: Pick<Store, 'connectors'>, wanted: string): Promise<string> {
  const known = await connectors.list()
  const found = known.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (found === undefined) {
    const names = known.map(({ name }) => name).join(', ')
    throw new ProblemError(400, `No connector is called ${wanted}. Known are: ${names || 'none yet'}.`, {
      kind: 'connector-unknown'
    })
  }
  if (found.kind === 'active-directory') return found.name
  throw new ProblemError(409, `${found.name} is a file. Mend the values where the file is made.`, {
    kind: 'connector-kind'
  })
}

function nothingToFix({ skipped }: Collected): ProblemError {
  return new ProblemError(
    409,
    skipped.length === 0
      ? 'No finding that fits has a proposed fix of this confidence. Preview with confidence = any, or look at the findings.'
      : 'None of the findings has a proposed fix. See errors.',
    {
      kind: 'nothing-to-fix',
      ...(skipped.length > 0 && {
        errors: skipped.map(({ objectGuid, attribute, reason }) => ({
          pointer: `${objectGuid} ${attribute}`,
          detail: reason
        }))
      })
    }
  )
}
