import type { Queues } from '@opendirsync/queue'
import { ruleSetOf } from '@opendirsync/rules'
import { RulesConflictError, type RulesInForce, type Store } from '@opendirsync/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../../app-type.ts'
import { etagOf, expectedRevision } from '../../if-match.ts'
import { preferredType } from '../../preferred-type.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { compileProposed, settingsOf } from '../../rules/compile-text.ts'
import { requestImports } from '../../rules/request-imports.ts'
import { rulesBodyLimit, rulesTextBody, rulesTextOf } from '../../rules/rules-body.ts'
import { RulesState } from './rules-schema.ts'

export type RulesStore = Pick<Store, 'rules' | 'resyncs' | 'objects' | 'connectors' | 'runs'>

export interface RulesParts {
  readonly store: RulesStore
  readonly queues: Queues
}

export const ifMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag that GET has answered. Without it: 428.' }))
})

const stateWithEtag = {
  description: 'The rules in force',
  content: { 'application/json': { schema: RulesState } },
  headers: { ETag: { type: 'string', description: 'To be sent as If-Match with a change' } }
}

/** The rules that count now. */
export function rulesRoutes(app: App, { store, queues }: RulesParts): void {
  app.get(
    '/rules',
    {
      schema: {
        operationId: 'readRules',
        tags: ['rules'],
        summary: 'The rules in force',
        description: 'As YAML it is the text of the own rules alone, and empty when there are none.',
        response: {
          200: {
            ...stateWithEtag,
            content: { ...stateWithEtag.content, 'application/yaml': { schema: Type.String() } }
          },
          ...problemResponses()
        }
      }
    },
    async (request, reply) => {
      const inForce = await store.rules.inForce()
      reply.header('etag', etagOf(inForce.revision)).header('vary', 'accept')
      if (
        preferredType(request.headers.accept, ['application/json', 'application/yaml']) === 'application/yaml'
      ) {
        return reply.type('application/yaml; charset=utf-8').send(inForce.text ?? '')
      }
      return reply.type('application/json; charset=utf-8').send(await stateOf(store, inForce))
    }
  )
  app.put(
    '/rules',
    {
      bodyLimit: rulesBodyLimit,
      schema: {
        operationId: 'applyRules',
        tags: ['rules'],
        summary: 'Put own rules in force, in place of those that there are',
        description:
          'The text is kept as a version. Objects that it decides otherwise are synchronised again, beginning within seconds; deletes pass the delete gate.',
        headers: ifMatch,
        body: rulesTextBody,
        response: {
          200: {
            ...stateWithEtag,
            headers: {
              ...stateWithEtag.headers,
              Location: { type: 'string', description: '/v1/rules/versions/{version}' }
            }
          },
          ...problemResponses(400, 412, 413, 415, 428)
        }
      }
    },
    async (request, reply) => {
      const expected = expectedRevision(request.headers['if-match'])
      const text = rulesTextOf(request.body)
      const { revision, sourceAnchor } = await store.rules.inForce()
      compileProposed({ text, sourceAnchor })
      // Before the text is kept: one that loses would be a version that nobody meant to hand in.
      if (expected !== undefined && expected !== revision) throw changedMeanwhile()
      const version = await store.rules.propose(text, request.caller)
      return applyVersion({ store, queues, version, expected }, request, reply)
    }
  )
  app.delete(
    '/rules',
    {
      schema: {
        operationId: 'removeRules',
        tags: ['rules'],
        summary: 'Go back to the default rules alone',
        description: 'The versions of own rules are kept.',
        headers: ifMatch,
        response: { 200: stateWithEtag, ...problemResponses(400, 412, 428) }
      }
    },
    (request, reply) =>
      applyVersion(
        { store, queues, version: undefined, expected: expectedRevision(request.headers['if-match']) },
        request,
        reply
      )
  )
}

interface Application extends RulesParts {
  /** Undefined: the default rules alone. */
  readonly version: number | undefined
  readonly expected: number | undefined
}

/**
 * Puts a version in force. Transform finds by the rows what it has to do; importers are told what to read.
 *
 * @throws ProblemError 412
 */
export async function applyVersion(
  { store, queues, version, expected }: Application,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<RulesState> {
  const inForce = await applyExpected(store, version, expected)
  const { revision } = inForce
  request.log.info({ version, revision, caller: request.caller }, 'rules were put in force')
  reply.header('etag', etagOf(revision))
  if (version !== undefined) reply.header('location', `/v1/rules/versions/${version}`)
  const fullImports = await requestImports(ruleSetOf(inForce), { store, queues, log: request.log })
  return { ...(await stateOf(store, inForce)), ...(fullImports.length > 0 && { fullImports }) }
}

async function applyExpected(
  { rules }: RulesStore,
  version: number | undefined,
  expected: number | undefined
): Promise<RulesInForce> {
  try {
    return await rules.apply(version, expected)
  } catch (error) {
    throw error instanceof RulesConflictError ? changedMeanwhile() : error
  }
}

function changedMeanwhile(): ProblemError {
  return new ProblemError(
    412,
    'Other rules have been put in force since these were read. Read them again, preview your text against them, and send their ETag.',
    { kind: 'changed-meanwhile' }
  )
}

async function stateOf(
  { resyncs }: RulesStore,
  { revision, version, text, sourceAnchor }: RulesInForce
): Promise<RulesState> {
  const resync = await resyncs.current()
  return {
    revision,
    version: version ?? null,
    text: text ?? null,
    ...settingsOf(text),
    ...(sourceAnchor !== undefined && { sourceAnchor }),
    ...(resync !== undefined && { resynchronising: { touched: resync.touched, all: resync.all } })
  }
}
