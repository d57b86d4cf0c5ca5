import type { Health } from '@opendirsync/runtime'
import { Type } from 'typebox'
import type { App } from '../app-type.ts'

const Readiness = Type.Object({
  status: Type.String(),
  problems: Type.Record(Type.String(), Type.String(), { description: 'What is not ready, and why' })
})

/** For orchestrators; no key is needed. */
export function healthRoutes(app: App, { health }: { health: Health }): void {
  const description = { tags: ['service'], security: [] }

  app.get(
    '/healthz',
    {
      schema: {
        ...description,
        operationId: 'isAlive',
        summary: 'Whether the process turns',
        response: { 200: Type.Object({ status: Type.Literal('ok') }) }
      }
    },
    () => ({ status: 'ok' as const })
  )

  app.get(
    '/readyz',
    {
      schema: {
        ...description,
        operationId: 'isReady',
        summary: 'Whether everything that is needed answers',
        response: { 200: Readiness, 503: Readiness }
      }
    },
    async (_request, reply) => {
      const { ready, problems } = await health.read()
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', problems })
    }
  )
}
