import type { ConnectorState, Store } from '@opendirsync/store'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'
import { ProblemError, problemResponses } from '../problem.ts'

export const ConnectorParams = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'As GET /v1/connectors has it' })
})

const at = (description: string) => Type.String({ format: 'date-time', description })

const Connector = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('active-directory'), Type.Literal('csv')]),
  namingContext: Type.String({ description: 'Empty until the directory has told it' }),
  cookie: Type.Optional(
    Type.Object(
      { server: Type.String(), advancedAt: at('When the last page of a delta import was kept') },
      { description: 'Where delta imports go on. Missing before the first full import has ended.' }
    )
  ),
  fullImport: Type.Optional(
    Type.Object({ startedAt: at('When it began') }, { description: 'A full import that has not ended' })
  ),
  scope: Type.Object({
    revision: Type.Integer({ description: 'Rises with each change; the ETag of the scope' }),
    limited: Type.Boolean({ description: 'False: everything is in scope' })
  })
})

type Parts = Pick<Store, 'connectorStates'>

export function connectorRoutes(app: App, { store }: { store: Parts }): void {
  app.get(
    '/connectors',
    {
      schema: {
        operationId: 'listConnectors',
        tags: ['imports'],
        summary: 'The connected directories, by name',
        response: { 200: Type.Object({ connectors: Type.Array(Connector) }), ...problemResponses() }
      }
    },
    async () => ({ connectors: (await store.connectorStates()).map(asConnector) })
  )

  app.get(
    '/connectors/:name',
    {
      schema: {
        operationId: 'readConnector',
        tags: ['imports'],
        summary: 'One connected directory',
        params: ConnectorParams,
        response: { 200: Connector, ...problemResponses(400, 404) }
      }
    },
    async request => asConnector(await connectorNamed(store, request.params.name))
  )
}

/** @throws ProblemError 404 when no connector has the name; upper and lower case are the same. */
export async function connectorNamed(store: Parts, name: string): Promise<ConnectorState> {
  const states = await store.connectorStates()
  const found = states.find(state => state.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  throw new ProblemError(404, `No connector is called ${name}. GET /v1/connectors lists them.`, {
    kind: 'connector-unknown'
  })
}

function asConnector(state: ConnectorState) {
  const { name, kind, namingContext, server, advancedAt, fullImportStartedAt, scopeRevision, isScoped } =
    state
  return {
    name,
    kind,
    namingContext,
    ...(server !== null &&
      advancedAt !== null && { cookie: { server, advancedAt: advancedAt.toISOString() } }),
    ...(fullImportStartedAt !== null && { fullImport: { startedAt: fullImportStartedAt.toISOString() } }),
    scope: { revision: scopeRevision, limited: isScoped }
  }
}
