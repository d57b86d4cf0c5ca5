import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Run, ScopeInput } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Health, Logger } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { type FastifyBaseLogger, fastify, LogController } from 'fastify'
import { answerErrors } from './answer-errors.ts'
import type { ApiKeys } from './api-keys.ts'
import type { App } from './app-type.ts'
import { authenticate } from './authenticate.ts'
import { describeApi } from './openapi.ts'
import { Problem } from './problem.ts'
import { connectorRoutes } from './routes/connectors.ts'
import { driftRoutes } from './routes/drift.ts'
import { explainRoutes } from './routes/explain/explain.ts'
import { fileRoutes } from './routes/files.ts'
import { healthRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { importRoutes } from './routes/imports.ts'
import { journalRoutes } from './routes/journal.ts'
import { passwordRoutes } from './routes/passwords.ts'
import { pendingExportRoutes } from './routes/pending-exports.ts'
import { quarantineRoutes } from './routes/quarantine.ts'
import { fixRunRoutes } from './routes/readiness/fix-runs.ts'
import { fixRequestRoutes } from './routes/readiness/fixes.ts'
import { readinessRoutes } from './routes/readiness/readiness.ts'
import { flowRoutes } from './routes/rules/flows.ts'
import { rulesPreviewRoutes } from './routes/rules/preview.ts'
import { rulesRoutes } from './routes/rules/rules.ts'
import { rulesVersionRoutes } from './routes/rules/versions.ts'
import { runRoutes } from './routes/runs.ts'
import { scopeRoutes } from './routes/scope.ts'
import { Scope } from './routes/scope-schema.ts'
import { stagingRoutes } from './routes/staging.ts'
import { summaryRoutes } from './routes/summary.ts'
import { takeYaml } from './rules/rules-body.ts'
import { traceRequests } from './trace-requests.ts'

export interface ApiParts {
  readonly store: Store
  readonly queues: Queues
  readonly health: Health
  readonly apiKeys: ApiKeys
  readonly log: Logger
}

const bodyLimitBytes = 16_384
/** A distinguished name in a path, every character of it encoded. */
const maxParamLength = 6_144

/** The whole API, ready to listen or to be injected into. */
export async function buildApp(parts: ApiParts): Promise<App> {
  const app: App = fastify({
    loggerInstance: parts.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    routerOptions: { maxParamLength },
    // An unknown property is a mistake to be told, not to be cut out.
    ajv: { customOptions: { removeAdditional: false } }
  }).withTypeProvider<TypeBoxTypeProvider>()
  await app.register(helmet)
  await app.register(rateLimit, { global: false })
  app.decorateRequest('caller', '')
  app.addSchema(Problem)
  app.addSchema(Run)
  app.addSchema(ScopeInput)
  app.addSchema(Scope)
  await describeApi(app)
  answerErrors(app)
  traceRequests(app)

  healthRoutes(app, parts)
  await app.register(
    async (v1: App) => {
      authenticate(v1, parts.apiKeys)
      connectorRoutes(v1, parts)
      scopeRoutes(v1, parts)
      importRoutes(v1, parts)
      fileRoutes(v1, parts)
      runRoutes(v1, parts)
      summaryRoutes(v1, parts)
      quarantineRoutes(v1, parts)
      driftRoutes(v1, parts)
      holdRoutes(v1, parts)
      journalRoutes(v1, parts)
      stagingRoutes(v1, parts)
      pendingExportRoutes(v1, parts)
      passwordRoutes(v1, parts)
      readinessRoutes(v1, parts)
      fixRequestRoutes(v1, parts)
      fixRunRoutes(v1, parts)
      await v1.register(async (withYaml: App) => {
        takeYaml(withYaml)
        rulesRoutes(withYaml, parts)
        flowRoutes(withYaml, parts)
        rulesVersionRoutes(withYaml, parts)
        rulesPreviewRoutes(withYaml, parts)
        explainRoutes(withYaml, parts)
      })
    },
    { prefix: '/v1' }
  )
  return app
}
