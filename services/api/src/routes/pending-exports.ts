import { Readable } from 'node:stream'
import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { Limit } from '../paging.ts'
import { allPending, pendingPage } from '../pending-exports/find-pending.ts'
import { pendingCsv } from '../pending-exports/pending-csv.ts'
import type { PendingItem } from '../pending-exports/pending-item.ts'
import { pendingSummary } from '../pending-exports/pending-summary.ts'
import { preferredType } from '../preferred-type.ts'
import { problemResponses } from '../problem.ts'
import { streamed } from '../schema-parts.ts'
import { PendingExportPage, PendingExportSummary, PendingFilterQuery } from './pending-exports-schema.ts'

const PageQuery = Type.Object(
  {
    ...PendingFilterQuery.properties,
    limit: Limit,
    after: Type.Optional(Type.String({ format: 'uuid', description: 'The next of the page before' }))
  },
  { additionalProperties: false }
)

const types = ['application/json', 'text/csv'] as const

/** What exporters would write now. */
export function pendingExportRoutes(app: App, { store }: { store: Pick<Store, 'pendingExports'> }): void {
  app.get(
    '/pending-exports',
    {
      schema: {
        operationId: 'listPendingExports',
        tags: ['exports'],
        summary: 'What would be written to the tenant now, object by object',
        description:
          'As JSON page by page; a page may have fewer objects than limit, or none, and still a next one. As text/csv all of it in one file: limit and after are not used.',
        querystring: PageQuery,
        response: {
          200: {
            description: 'As Accept asks for; JSON without it',
            content: {
              'application/json': { schema: PendingExportPage },
              'text/csv': { schema: streamed(Type.String()) }
            }
          },
          ...problemResponses(400)
        }
      }
    },
    async (request, reply) => {
      const { limit, after, ...filter } = request.query
      reply.header('vary', 'accept')
      if (preferredType(request.headers.accept, types) === 'text/csv') {
        return reply
          .header('content-disposition', 'attachment; filename="pending-exports.csv"')
          .type('text/csv; charset=utf-8')
          .send(Readable.from(pendingCsv(allPending(store, filter))))
      }
      const { items, next } = await pendingPage(store, filter, {
        limit,
        ...(after !== undefined && { after })
      })
      return reply.send({ items: items.map(asAnswered), ...(next !== undefined && { next }) })
    }
  )
  app.get(
    '/pending-exports/summary',
    {
      schema: {
        operationId: 'readPendingExportSummary',
        tags: ['exports'],
        summary: 'What would be written to the tenant now, in counts',
        description:
          'It looks at every object that would be updated: with hundreds of thousands it takes seconds.',
        response: { 200: PendingExportSummary, ...problemResponses() }
      }
    },
    () => pendingSummary(store)
  )
}

function asAnswered({ row, changes, references, operation, takesOver }: PendingItem) {
  const { entryId, objectType, connector, objectGuid, dn, entraId, refusal, held } = row
  return {
    entryId,
    operation,
    objectType,
    ...(connector !== null && { connector }),
    ...(objectGuid !== null && { objectGuid }),
    ...(dn !== null && { dn }),
    ...(entraId !== null && { entraId }),
    changes: [...changes],
    references: references.map(({ examples, problem, isMore, ...reference }) => ({
      ...reference,
      ...(isMore && { more: true }),
      examples: [...examples],
      ...(problem !== null && { problem })
    })),
    ...(refusal !== null && { problem: refusal }),
    ...(held !== null && { held }),
    ...(takesOver !== undefined && { takesOver })
  }
}
