import type { Readable } from 'node:stream'
import { PermanentError } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { wakeImporter } from '../wake-importer.ts'
import { ConnectorParams, connectorNamed } from './connectors.ts'
import { RunReference } from './run-schema.ts'

interface Parts {
  readonly store: Pick<Store, 'connectorStates' | 'csvUploads' | 'runs'>
  readonly queues: Queues
}

/** 500,000 people of 500 bytes. */
const maxBytes = 256 * 1024 * 1024

const FileQuery = Type.Object(
  {
    fileName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'What the file is called, for people who look at the run'
      })
    ),
    preview: Type.Optional(
      Type.Boolean({ description: 'Count what the import would do and find what is wrong, and keep nothing' })
    ),
    acceptVanished: Type.Optional(
      Type.Boolean({ description: 'Who is not in the file is really gone, however many they are' })
    )
  },
  { additionalProperties: false }
)

/** Files of connectors that are files. */
export function fileRoutes(app: App, { store, queues }: Parts): void {
  // Handed over as it arrives: a file is never held whole.
  app.addContentTypeParser('text/csv', { bodyLimit: maxBytes }, (_request, payload, done) =>
    done(null, payload)
  )
  app.post(
    '/connectors/:name/files',
    {
      bodyLimit: maxBytes,
      schema: {
        operationId: 'importFile',
        tags: ['imports'],
        summary: 'Import a CSV file',
        description:
          'The file is the whole directory: who is not in it has left. It is kept until the importer has read it. The answer is the run; what is wrong with the file is in its findings.',
        params: ConnectorParams,
        querystring: FileQuery,
        consumes: ['text/csv'],
        response: {
          202: {
            description: 'The run, with its address in Location',
            content: { 'application/json': { schema: RunReference } },
            headers: { Location: { type: 'string', description: '/v1/runs/{id}' } }
          },
          ...problemResponses(400, 404, 409, 413, 415)
        }
      }
    },
    async (request, reply) => {
      const { name: connector, kind } = await connectorNamed(store, request.params.name)
      if (kind !== 'csv') {
        throw new ProblemError(
          409,
          `${connector} is a domain, not a file. Ask for an import of it at /v1/imports.`,
          {
            kind: 'connector-kind'
          }
        )
      }
      const { fileName = 'upload.csv', preview = false, acceptVanished = false } = request.query
      const { id: uploadId, bytes } = await keep(store, {
        connector,
        fileName,
        content: contentOf(request.body)
      })
      const run = await store.runs.request({
        connector,
        mode: 'full',
        trigger: `api:${request.caller}`,
        reason: fileName,
        preview,
        acceptVanished,
        uploadId
      })
      request.log.info(
        { runId: run.id, connector, preview, bytes, caller: request.caller },
        'a file was handed in'
      )
      await wakeImporter(queues, run, request.log)
      return reply.code(202).header('location', `/v1/runs/${run.id}`).send(run)
    }
  )
}

function contentOf(body: unknown): Readable {
  if (typeof body === 'object' && body !== null && 'pipe' in body) return body as Readable
  throw new ProblemError(415, 'Send the file itself as the body, with the content type text/csv.', {
    kind: 'content-type'
  })
}

async function keep(
  { csvUploads }: Pick<Store, 'csvUploads'>,
  { connector, fileName, content }: { connector: string; fileName: string; content: Readable }
): Promise<{ id: string; bytes: number }> {
  try {
    return await csvUploads.keep({ connector, fileName, maxBytes }, content)
  } catch (error) {
    if (error instanceof PermanentError)
      throw new ProblemError(413, error.message, { kind: 'file-too-large' })
    throw error
  }
}
