import {
  queues as definitions,
  ImportMode,
  type Run,
  SetupError,
  UnavailableError
} from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'
import type { FastifyBaseLogger } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { RunReference } from './run-schema.ts'

const ImportRequest = Type.Object(
  {
    mode: ImportMode,
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
      const { mode, connector: wanted } = request.body
      const connector = chooseConnector(await store.connectors.list(), wanted)
      const run = await store.runs.request({ connector, mode, trigger: `api:${request.caller}` })
      request.log.info({ runId: run.id, connector, mode, caller: request.caller }, 'an import was asked for')
      await wakeImporter(queues, run, request.log)
      return reply.code(202).header('location', `/v1/runs/${run.id}`).send(run)
    }
  )
}

function chooseConnector(known: readonly { name: string }[], wanted: string | undefined): string {
  const names = known.map(({ name }) => name)
  const [first] = names
  if (first === undefined) {
    throw new ProblemError(
      409,
      'No connector is known yet. One makes itself known when its import service has reached its directory: start that service and look at its log.',
      { kind: 'connector-missing' }
    )
  }
  if (wanted === undefined) {
    if (names.length === 1) return first
    throw new ProblemError(400, `There are several connectors; name one of them: ${names.join(', ')}.`, {
      kind: 'connector-ambiguous'
    })
  }
  const found = names.find(name => name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  throw new ProblemError(400, `No connector is called ${wanted}. Known are: ${names.join(', ')}.`, {
    kind: 'connector-unknown'
  })
}

/** The run is a row already: without Redis the importer finds it a little later. */
async function wakeImporter(queues: Queues, { connector, id }: Run, log: FastifyBaseLogger): Promise<void> {
  try {
    await queues.publish(definitions.importRequested, { connector, runId: id }, { partition: connector })
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof SetupError)) throw error
    log.warn(
      { runId: id },
      `The importer could not be woken and will find the run by itself. ${error.message}`
    )
  }
}
