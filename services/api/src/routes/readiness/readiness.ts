import { Readable } from 'node:stream'
import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../../app-type.ts'
import { AfterObject, Limit, Next } from '../../paging.ts'
import { preferredType } from '../../preferred-type.ts'
import { problemResponses } from '../../problem.ts'
import { report, reportTypes } from '../../readiness/report.ts'
import { listOf, streamed } from '../../schema-parts.ts'
import { FindingItem, Overview, ReportQuery } from './readiness-schema.ts'

const FindingsQuery = Type.Object(
  {
    ...ReportQuery.properties,
    limit: Limit,
    after: AfterObject
  },
  { additionalProperties: false }
)

/** What in the directories would trouble the tenant. */
export function readinessRoutes(app: App, { store }: { store: Pick<Store, 'readiness' | 'tenant'> }): void {
  app.get(
    '/readiness',
    {
      schema: {
        operationId: 'readReadiness',
        tags: ['readiness'],
        summary: 'How much was found, by check',
        response: { 200: Overview, ...problemResponses() }
      }
    },
    async () => {
      const [objects, counts, tenant] = await Promise.all([
        store.readiness.objects(),
        store.readiness.counts(),
        store.tenant.facts()
      ])
      const sum = (which: (count: (typeof counts)[number]) => number) =>
        counts.reduce((total, count) => total + which(count), 0)
      return {
        objects,
        errors: sum(({ severity, findings }) => (severity === 'error' ? findings : 0)),
        warnings: sum(({ severity, findings }) => (severity === 'warning' ? findings : 0)),
        fixable: sum(({ fixable }) => fixable),
        counts,
        tenant:
          tenant === undefined
            ? null
            : {
                verifiedDomains: tenant.verifiedDomains,
                snapshotAt: tenant.snapshotAt?.toISOString() ?? null
              }
      }
    }
  )
  app.get(
    '/readiness/findings',
    {
      schema: {
        operationId: 'listReadinessFindings',
        tags: ['readiness'],
        summary: 'What was found, object by object',
        description: 'A page has the findings of up to limit objects; those of one object are never parted.',
        querystring: FindingsQuery,
        response: {
          200: Type.Object({ items: listOf(FindingItem), next: Next }),
          ...problemResponses(400)
        }
      }
    },
    async request => {
      const { limit, after, ...filter } = request.query
      const { items, next } = await store.readiness.findings(filter, {
        limit,
        ...(after !== undefined && { after })
      })
      return {
        items: items.map(({ since, ...item }) => ({ ...item, since: new Date(since).toISOString() })),
        ...(next !== undefined && { next })
      }
    }
  )
  app.get(
    '/readiness/report',
    {
      schema: {
        operationId: 'readReadinessReport',
        tags: ['readiness'],
        summary: "Everything that was found, as JSON, as CSV with IdFix's columns, or as text for a console",
        querystring: ReportQuery,
        response: {
          200: {
            description: 'As Accept asks for; JSON without it',
            content: {
              'application/json': { schema: streamed(Type.Array(FindingItem)) },
              'text/csv': { schema: streamed(Type.String()) },
              'text/plain': { schema: streamed(Type.String()) }
            }
          },
          ...problemResponses(400)
        }
      }
    },
    async (request, reply) => {
      const type = preferredType(request.headers.accept, reportTypes)
      if (type === 'text/csv') reply.header('content-disposition', 'attachment; filename="readiness.csv"')
      return reply
        .header('vary', 'accept')
        .type(`${type}; charset=utf-8`)
        .send(Readable.from(report(store, type, request.query)))
    }
  )
}
