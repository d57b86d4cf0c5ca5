import type { RulesVersion } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../../app-type.ts'
import { expectedRevision } from '../../if-match.ts'
import { Limit } from '../../paging.ts'
import { preferredType } from '../../preferred-type.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { compileKept } from '../../rules/compile-text.ts'
import { listOf } from '../../schema-parts.ts'
import { applyVersion, ifMatch, type RulesParts, type RulesStore } from './rules.ts'
import { RulesState, Version, VersionSummary } from './rules-schema.ts'

const VersionNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
const VersionParams = Type.Object({ version: VersionNumber })

const VersionsQuery = Type.Object(
  {
    limit: Limit,
    before: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The next of the page before' })
    )
  },
  { additionalProperties: false }
)

/** Every text of own rules that was ever handed in. */
export function rulesVersionRoutes(app: App, { store, queues }: RulesParts): void {
  app.get(
    '/rules/versions',
    {
      schema: {
        operationId: 'listRulesVersions',
        tags: ['rules'],
        summary: 'Texts of own rules that were handed in, newest first',
        querystring: VersionsQuery,
        response: {
          200: Type.Object({
            versions: listOf(VersionSummary),
            next: Type.Optional(
              Type.Integer({ description: 'Give it as before for the next page; absent on the last' })
            )
          }),
          ...problemResponses(400)
        }
      }
    },
    async request => {
      const { limit, before } = request.query
      const found = await store.rules.versions({ limit: limit + 1, ...(before !== undefined && { before }) })
      const { version: inForce } = await store.rules.inForce()
      const next = found.length > limit ? found[limit - 1]?.version : undefined
      return {
        versions: found.slice(0, limit).map(version => summaryOf(version, inForce)),
        ...(next !== undefined && { next })
      }
    }
  )
  app.get(
    '/rules/versions/:version',
    {
      schema: {
        operationId: 'readRulesVersion',
        tags: ['rules'],
        summary: 'One text of own rules',
        params: VersionParams,
        response: {
          200: {
            description: 'The version; as YAML its text alone',
            content: {
              'application/json': { schema: Version },
              'application/yaml': { schema: Type.String() }
            }
          },
          ...problemResponses(400, 404)
        }
      }
    },
    async (request, reply) => {
      const found = await versionNumbered(store, request.params.version)
      reply.header('vary', 'accept')
      if (
        preferredType(request.headers.accept, ['application/json', 'application/yaml']) === 'application/yaml'
      ) {
        return reply.type('application/yaml; charset=utf-8').send(found.text)
      }
      const { version: inForce } = await store.rules.inForce()
      return reply
        .type('application/json; charset=utf-8')
        .send({ ...summaryOf(found, inForce), text: found.text })
    }
  )
  app.post(
    '/rules/versions/:version/apply',
    {
      schema: {
        operationId: 'applyRulesVersion',
        tags: ['rules'],
        summary: 'Put a text that is kept in force, as it was or for the first time',
        description: 'The same as handing the text in again.',
        params: VersionParams,
        headers: ifMatch,
        response: {
          200: {
            description: 'The rules in force',
            content: { 'application/json': { schema: RulesState } },
            headers: { ETag: { type: 'string', description: 'To be sent as If-Match with a change' } }
          },
          ...problemResponses(400, 404, 409, 412, 428)
        }
      }
    },
    async (request, reply) => {
      const expected = expectedRevision(request.headers['if-match'])
      const { version, text } = await versionNumbered(store, request.params.version)
      const { sourceAnchor } = await store.rules.inForce()
      compileKept({ text, sourceAnchor }, version)
      return applyVersion({ store, queues, version, expected }, request, reply)
    }
  )
}

/** @throws ProblemError 404 */
export async function versionNumbered(
  { rules }: Pick<RulesStore, 'rules'>,
  version: number
): Promise<RulesVersion & { readonly text: string }> {
  const found = await rules.version(version)
  if (found !== undefined) return found
  throw new ProblemError(
    404,
    `There is no version ${version} of the rules. GET /v1/rules/versions lists them.`,
    {
      kind: 'rules-version-unknown'
    }
  )
}

function summaryOf({ version, author, createdAt, appliedAt }: RulesVersion, inForce: number | undefined) {
  return {
    version,
    author,
    createdAt: createdAt.toISOString(),
    ...(appliedAt !== null && { appliedAt: appliedAt.toISOString() }),
    inForce: version === inForce
  }
}
