import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { Limit } from '../paging.ts'
import { problemResponses } from '../problem.ts'

const Line = Type.Object({
  at: Type.String({ format: 'date-time' }),
  step: Type.String({ description: 'What was done: staged, synchronised, exported, …' }),
  runId: Type.Optional(Type.String({ format: 'uuid' })),
  detail: Type.Record(Type.String(), Type.Unknown())
})

export function journalRoutes(app: App, { store }: { store: Pick<Store, 'journal'> }): void {
  app.get(
    '/objects/:objectGuid/journal',
    {
      schema: {
        operationId: 'readJournal',
        tags: ['objects'],
        summary: 'Why an object is as it is: what each step did with it, oldest first',
        params: Type.Object({ objectGuid: Type.String({ format: 'uuid', description: 'objectGUID' }) }),
        querystring: Type.Object({ limit: Limit }, { additionalProperties: false }),
        response: { 200: Type.Object({ lines: Type.Array(Line) }), ...problemResponses(400) }
      }
    },
    async request => {
      const lines = await store.journal.ofObject(request.params.objectGuid.toLowerCase(), request.query.limit)
      return {
        lines: lines.map(({ at, step, runId, detail }) => ({
          at: at.toISOString(),
          step,
          ...(runId === null ? {} : { runId }),
          detail
        }))
      }
    }
  )
}
