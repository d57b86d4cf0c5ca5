import { ImportMode } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { problemResponses } from '../problem.ts'
import { wakeImporter } from '../wake-importer.ts'
import { chooseConnector } from './choose-connector.ts'
import { RunReference } from './run-schema.ts'

const ImportRequest = Type.Object(
  {
    mode: ImportMode,
    acceptVanished: Type.Optional(
      Type.Boolean({
        description:
          'Of a full import: the objects that it does not find are really gone, however many they are. Deletes in the tenant still pass the delete gate.'
      })
    ),
    connector: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Which directory: the DNS name of its domain. May be left out when there is only one.'
      })
    )
  },
  {
    additionalProperties: false,
    examples: [{ mode: 'full' }, { mode: 'delta', connector: 'corp.example.com' }]
  }
)

interface Parts {
  readonly store: Pick<Store, 'connectors' | 'runs'>
  readonly queues: Queues
}

export function importRoutes(app: App, { store, queues }: Parts): void {
  app.post(
    '/imports',
    {
      schema: {
        operationId: 'requestImport',
        tags: ['imports'],
        summary: 'Import a connected directory now',
        description:
          'Queues a run and answers at once. A run of the same connector and mode that still waits is answered instead of a second one.',
        body: ImportRequest,
        response: {
          202: {
            description: 'The run, with its address in Location',
            content: { 'application/json': { schema: RunReference } },
            headers: { Location: { type: 'string', description: '/v1/runs/{id}' } }
          },
          ...problemResponses(400, 409)
        }
      }
    },
    async (request, reply) => {
      const { mode, connector: wanted, acceptVanished = false } = request.body
      const connector = chooseConnector(await store.connectors.list(), wanted)
      const run = await store.runs.request({
        connector,
        mode,
        acceptVanished,
        trigger: `api:${request.caller}`
      })
      request.log.info({ runId: run.id, connector, mode, caller: request.caller }, 'an import was asked for')
      await wakeImporter(queues, run, request.log)
      return reply.code(202).header('location', `/v1/runs/${run.id}`).send(run)
    }
  )
}
