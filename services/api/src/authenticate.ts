import type { FastifyRequest } from 'fastify'
import type { ApiKeys } from './api-keys.ts'
import type { App } from './app-type.ts'
import { ProblemError } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the key that the caller presented. Empty where no key is needed. */
    caller: string
  }
}

const failuresPerMinute = 20

/**
 * Lets only callers with a key pass to the routes of `app`. An address that fails too often is answered 429
 * for the rest of the minute; a known key passes from there all the same.
 */
export function authenticate(app: App, apiKeys: ApiKeys): void {
  const countFailure = app.createRateLimit({ max: failuresPerMinute, timeWindow: 60_000 })

  app.addHook('onRequest', async (request, reply) => {
    const presented = presentedKey(request)
    const caller = presented === undefined ? undefined : apiKeys.nameOf(presented)
    if (caller !== undefined) {
      request.caller = caller
      return
    }

    const failures = await countFailure(request)
    if (!failures.isAllowed && failures.isExceeded) {
      throw new ProblemError(
        429,
        'Too many failed authentications from this address. Wait, then use a known key.',
        {
          kind: 'too-many-failures',
          retryAfterSeconds: failures.ttlInSeconds
        }
      )
    }
    request.log.warn({ address: request.ip, hasKey: presented !== undefined }, 'a caller was refused')
    reply.header('www-authenticate', 'Bearer realm="opendirsync"')
    throw new ProblemError(
      401,
      presented === undefined
        ? 'A key is needed: send Authorization: Bearer <key>, or X-API-Key: <key>.'
        : 'This key is not known. Compare it with API_KEYS of the API service.',
      { kind: 'unauthenticated' }
    )
  })
}

function presentedKey({ headers }: FastifyRequest): string | undefined {
  const bearer = headers.authorization?.match(/^Bearer +(\S+) *$/i)?.[1]
  if (bearer !== undefined) return bearer
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : undefined
}
