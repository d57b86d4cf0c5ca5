import { randomUUID } from 'node:crypto'
import { type Context, GraphClientError, type Middleware } from '@microsoft/microsoft-graph-client'
import type { ExportMode } from '@opendirsync/contracts'
import { connectionError } from './connection-errors.ts'
import { HeldBackError, isUnsafe } from './staging.ts'
import type { TokenSource } from './token.ts'

type Next = (context: Context) => Promise<void>

/**
 * The Graph client replaces whatever a middleware throws by an error of its own, except a GraphClientError.
 * So our errors travel inside one; `graphClient` takes them out again.
 */
export function carryErrors(): Middleware {
  return layer(async (context, next) => {
    try {
      await next(context)
    } catch (error) {
      const carrier = new GraphClientError()
      carrier.customError = error
      throw carrier
    }
  })
}

/**
 * Staging mode, below all logic: no unsafe request leaves, whatever was decided above. It is asked last before the
 * network, since fetching a token takes time too.
 */
export function holdBackWrites(mode: () => ExportMode): Middleware {
  return layer(async (context, next) => {
    if (mode() === 'staging' && isUnsafe(urlOf(context), context.options?.method, context.options?.body))
      throw new HeldBackError()
    await next(context)
  })
}

/** The id by which Microsoft's support finds a request. */
export function identify(): Middleware {
  return layer(async (context, next) => {
    setHeader(context, 'client-request-id', randomUUID())
    await next(context)
  })
}

/**
 * Puts the token on. The client's own handler drops it silently for hosts that it does not know. A token that the
 * other side no longer takes is replaced once.
 */
export function authenticate(tokens: TokenSource): Middleware {
  return layer(async (context, next) => {
    setHeader(context, 'Authorization', `Bearer ${await tokens.token()}`)
    await next(context)
    if (context.response?.status !== 401) return
    await context.response.body?.cancel()
    tokens.renew()
    setHeader(context, 'Authorization', `Bearer ${await tokens.token()}`)
    await next(context)
  })
}

/** The network. */
export function fetchWithin(timeoutMs: number): Middleware {
  return layer(async context => {
    const url = urlOf(context)
    try {
      context.response = await fetch(url, { ...context.options, signal: AbortSignal.timeout(timeoutMs) })
    } catch (error) {
      throw connectionError(error, new URL(url).host)
    }
  })
}

function layer(run: (context: Context, next: Next) => Promise<void>): Middleware {
  let following: Middleware | undefined
  return {
    execute: context => run(context, async each => following?.execute(each)),
    setNext(next) {
      following = next
    }
  }
}

function urlOf(context: Context): string {
  return typeof context.request === 'string' ? context.request : context.request.url
}

function setHeader(context: Context, name: string, value: string): void {
  const headers = new Headers(context.options?.headers)
  headers.set(name, value)
  context.options = { ...context.options, headers }
}
