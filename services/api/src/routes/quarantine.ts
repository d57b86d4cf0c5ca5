import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { AfterObject, Limit, Next } from '../paging.ts'
import { problemResponses } from '../problem.ts'

const Reason = Type.Object({
  code: Type.String({ description: 'Stable: upn-missing, object-conflict, …' }),
  attribute: Type.Optional(Type.String({ description: 'The attribute that causes it' })),
  message: Type.String({ description: 'What is wrong and what to do' })
})

const Item = Type.Object({
  entryId: Type.Optional(Type.String({ format: 'uuid', description: 'The metaverse entry' })),
  connector: Type.String(),
  objectGuid: Type.String({ format: 'uuid' }),
  dn: Type.String(),
  objectType: Type.String(),
  problems: Type.Array(Reason),
  since: Type.String({ format: 'date-time' })
})

export function quarantineRoutes(app: App, { store }: { store: Pick<Store, 'quarantine'> }): void {
  app.get(
    '/quarantine',
    {
      schema: {
        operationId: 'listQuarantine',
        tags: ['objects'],
        summary: 'What did not arrive in the tenant, and why',
        querystring: Type.Object(
          {
            limit: Limit,
            after: AfterObject
          },
          { additionalProperties: false }
        ),
        response: { 200: Type.Object({ items: Type.Array(Item), next: Next }), ...problemResponses(400) }
      }
    },
    async request => {
      const { items, ...rest } = await store.quarantine.list(request.query)
      return { items: items.map(item => ({ ...item, problems: [...item.problems] })), ...rest }
    }
  )
}
