import type { ConnectorScope, ScopeInput } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import { type ConnectorState, ScopeConflictError, ScopeFaultyError, type Store } from '@opendirsync/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { etagOf, expectedRevision } from '../if-match.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { publishChanged } from '../publish-changed.ts'
import { wakeImporter } from '../wake-importer.ts'
import { ConnectorParams, connectorNamed } from './connectors.ts'
import { AppliedScope, ScopePreview, ScopeState } from './scope-schema.ts'

interface Parts {
  readonly store: Pick<Store, 'connectorStates' | 'scopes' | 'runs'>
  readonly queues: Queues
}

/** Thousands of distinguished names. */
const bodyLimit = 4 * 1024 * 1024
const body = Type.Unsafe<ScopeInput>({ $ref: 'ScopeInput#' })
const ifMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag that GET has answered. Without it: 428.' }))
})
const etag = { ETag: { type: 'string', description: 'To be sent as If-Match with a change' } }
const withEtag = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
  headers: etag
})

/** Which objects of a connector are synchronised. */
export function scopeRoutes(app: App, parts: Parts): void {
  const { store } = parts
  const described = { tags: ['imports'], params: ConnectorParams }
  app.get(
    '/connectors/:name/scope',
    {
      schema: {
        ...described,
        operationId: 'readScope',
        summary: 'Which objects are synchronised',
        response: { 200: withEtag('The scope', ScopeState), ...problemResponses(400, 404) }
      }
    },
    async (request, reply) => {
      const { name } = await connectorNamed(store, request.params.name)
      const { scope, revision, appliedAt } = known(await store.scopes.read(name), name)
      reply.header('etag', etagOf(revision))
      return {
        scope: scope ?? {},
        revision,
        ...(appliedAt !== null && { appliedAt: appliedAt.toISOString() })
      }
    }
  )
  app.post(
    '/connectors/:name/scope/preview',
    {
      bodyLimit,
      schema: {
        ...described,
        operationId: 'previewScope',
        summary: 'What a scope would change, in counts and samples; nothing is kept',
        body,
        response: { 200: ScopePreview, ...problemResponses(400, 404, 413) }
      }
    },
    async request => {
      const { name } = await connectorNamed(store, request.params.name)
      const scope = await resolved(store, name, request.body)
      const preview = known(await store.scopes.preview(name, scope), name)
      return { scope, ...preview } as ScopePreview
    }
  )
  app.put(
    '/connectors/:name/scope',
    {
      bodyLimit,
      schema: {
        ...described,
        operationId: 'applyScope',
        summary: 'Synchronise these objects and no others',
        description:
          'Decides every known object anew at once, without reading the directory. What leaves is deleted in the tenant, through the delete gate. The containers of this moment are not new any more.',
        headers: ifMatch,
        body,
        response: { 200: withEtag('The scope, and what it changed', AppliedScope), ...changeProblems }
      }
    },
    async (request, reply) => {
      const expected = await checked(store, request)
      const scope = await resolved(store, expected.connector.name, request.body)
      return apply(parts, { ...expected, scope }, request, reply)
    }
  )
  app.delete(
    '/connectors/:name/scope',
    {
      schema: {
        ...described,
        operationId: 'removeScope',
        summary: 'Synchronise everything',
        headers: ifMatch,
        response: { 200: withEtag('What it changed', AppliedScope), ...changeProblems }
      }
    },
    async (request, reply) =>
      apply(parts, { ...(await checked(store, request)), scope: null }, request, reply)
  )
}

const changeProblems = problemResponses(400, 404, 412, 413, 428)

type Named = FastifyRequest<{ Params: { name: string } }>

interface Change {
  readonly connector: ConnectorState
  readonly revision: number | undefined
  readonly scope: ConnectorScope | null
}

async function checked(store: Parts['store'], request: FastifyRequest): Promise<Omit<Change, 'scope'>> {
  const connector = await connectorNamed(store, (request as Named).params.name)
  return { connector, revision: expectedRevision(request.headers['if-match']) }
}

async function resolved(
  store: Parts['store'],
  connector: string,
  input: ScopeInput
): Promise<ConnectorScope> {
  try {
    return known(await store.scopes.resolve(connector, input), connector)
  } catch (error) {
    if (!(error instanceof ScopeFaultyError)) throw error
    throw new ProblemError(400, 'The scope does not fit what was imported of this connector. See errors.', {
      kind: 'scope-faulty',
      errors: error.faults.map(({ pointer, detail }) => ({ pointer: `/body${pointer}`, detail }))
    })
  }
}

async function apply(
  { store, queues }: Parts,
  { connector: { name: connector, kind }, revision: expected, scope }: Change,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<AppliedScope> {
  const applied = known(
    await applyExpected(store, { connector, scope, expectedRevision: expected }),
    connector
  )
  const { revision, entering, leaving, missingAttributes } = applied
  request.log.info(
    { connector, revision, entering, leaving, missingAttributes, caller: request.caller },
    'a scope was applied'
  )
  await publishChanged({ store, queues, log: request.log }, { connector, appliedAt: applied.appliedAt })
  const runId = kind === 'csv' ? undefined : await readMissing({ store, queues }, connector, applied, request)
  reply.header('etag', etagOf(revision))
  return {
    ...applied,
    scope: { ...applied.scope },
    appliedAt: new Date(applied.appliedAt).toISOString(),
    missingAttributes: [...missingAttributes],
    ...(runId !== undefined && { runId })
  } as AppliedScope
}

async function applyExpected(store: Parts['store'], change: Parameters<Store['scopes']['apply']>[0]) {
  try {
    return await store.scopes.apply(change)
  } catch (error) {
    if (!(error instanceof ScopeConflictError)) throw error
    throw new ProblemError(412, error.message, { kind: 'changed-meanwhile' })
  }
}

/** A delta tells nothing of attributes that were not asked for before: only a full import reads them of every object. */
async function readMissing(
  { store, queues }: Parts,
  connector: string,
  { missingAttributes }: { readonly missingAttributes: readonly string[] },
  request: FastifyRequest
): Promise<string | undefined> {
  if (missingAttributes.length === 0) return undefined
  const run = await store.runs.request({
    connector,
    mode: 'full',
    trigger: 'recovery',
    reason: `The scope has conditions on attributes that were not imported before: ${missingAttributes.join(', ')}.`
  })
  await wakeImporter(queues, run, request.log)
  return run.id
}

/** The connector was there a moment ago. */
function known<Answer>(answer: Answer | undefined, connector: string): Answer {
  if (answer !== undefined) return answer
  throw new ProblemError(404, `The connector ${connector} has gone. GET /v1/connectors lists them.`, {
    kind: 'connector-unknown'
  })
}
