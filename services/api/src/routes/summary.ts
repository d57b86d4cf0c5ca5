import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { problemResponses } from '../problem.ts'

const Count = (description: string) => Type.Integer({ minimum: 0, description })

const Summary = Type.Object(
  {
    stagedObjects: Type.Record(Type.String(), Type.Integer(), {
      description: 'Objects of the connected directories, by object class'
    }),
    pendingSynchronisation: Count('Staged objects with news that synchronisation has not seen'),
    pendingExports: Count('Objects that are still to be written to the tenant'),
    pendingLinks: Count('Memberships and managers that are still to be written'),
    heldDeletes: Count('Deletes that wait for a person; they are pending exports too'),
    heldRemovals: Count('Members that groups are to lose and that wait for a person'),
    postponedDeletes: Count('Deletes that wait for their day'),
    exported: Type.Object(
      {
        users: Count('Users in the tenant'),
        groups: Count('Groups in the tenant'),
        memberships: Count('Memberships in the tenant'),
        managers: Count('Managers in the tenant')
      },
      { description: 'What the tenant was confirmed to have' }
    ),
    quarantined: Count('Objects that did not arrive, or not wholly; GET /v1/quarantine says why')
  },
  {
    examples: [
      {
        stagedObjects: { user: 200, group: 24 },
        pendingSynchronisation: 0,
        pendingExports: 0,
        pendingLinks: 0,
        heldDeletes: 0,
        heldRemovals: 0,
        postponedDeletes: 0,
        exported: { users: 196, groups: 24, memberships: 410, managers: 188 },
        quarantined: 4
      }
    ]
  }
)

export function summaryRoutes(app: App, { store }: { store: Pick<Store, 'summary'> }): void {
  app.get(
    '/summary',
    {
      schema: {
        operationId: 'readSummary',
        tags: ['objects'],
        summary: 'How far everything is, in counts',
        response: { 200: Summary, ...problemResponses() }
      }
    },
    async () => {
      const counts = await store.summary.read()
      return { ...counts, stagedObjects: { ...counts.stagedObjects } }
    }
  )
}
