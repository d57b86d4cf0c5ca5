import { SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import type { FastifyError, FastifyRequest } from 'fastify'
import type { App } from './app-type.ts'
import { ProblemError, sendProblem } from './problem.ts'

/** Every error, whoever threw it, is answered as a problem. */
export function answerErrors(app: App): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request)
    if (problem.status >= 500) request.log.error({ err: error }, 'a request failed')
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new ProblemError(404, `There is nothing at ${request.method} ${pathOf(request)}. See /openapi.json.`)
    )
  )
}

function problemOf(error: unknown, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof UnavailableError || error instanceof SetupError) {
    return new ProblemError(503, error.message, { kind: 'unavailable', retryAfterSeconds: 5 })
  }
  if (error instanceof ThrottledError) {
    return new ProblemError(503, error.message, {
      kind: 'throttled',
      retryAfterSeconds: Math.ceil(error.retryAfterMs / 1_000)
    })
  }
  return fastifyProblem(error as FastifyError, request)
}

function fastifyProblem(error: FastifyError, request: FastifyRequest): ProblemError {
  if (error.validation !== undefined) {
    const part = error.validationContext ?? 'request'
    return new ProblemError(400, `The ${part} is not as ${pathOf(request)} expects it. See /openapi.json.`, {
      kind: 'invalid-request',
      errors: error.validation.map(({ instancePath, message, params }) => ({
        pointer: `/${part}${instancePath}`,
        detail: [message, ...allowedValues(params)].join(': ')
      }))
    })
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ProblemError(error.statusCode, error.message)
  }
  return new ProblemError(
    500,
    'This is a fault of the service. Its log says more under the id of this request.'
  )
}

function allowedValues(params: Record<string, unknown>): string[] {
  const { allowedValue, additionalProperty } = params
  if (typeof allowedValue === 'string') return [allowedValue]
  return typeof additionalProperty === 'string' ? [additionalProperty] : []
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? url
}
