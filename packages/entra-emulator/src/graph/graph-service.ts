import { graphDateTime } from '../clock.ts'
import type { EmulatedTenant } from '../emulated-tenant.ts'
import type { Fault, Faults } from '../faults.ts'
import type { RequestLog } from '../request-log.ts'
import { runBatch } from './batch.ts'
import { GraphError, unknownSegment, wrongMethod } from './graph-error.ts'
import type { GraphRequest, GraphResponse } from './graph-request.ts'
import { costOf, isWrite } from './resource-units.ts'
import type { RouteMatch, Router } from './router.ts'
import type { Throttling } from './throttling.ts'

export interface GraphServiceOptions {
  readonly tenant: EmulatedTenant
  readonly router: Router
  readonly requests: RequestLog
  readonly faults: Faults
  readonly throttling: Throttling | undefined
}

/** Answers requests to Graph: metering, routing, refusals, and the log of writes. */
export class GraphService {
  readonly #options: GraphServiceOptions

  constructor(options: GraphServiceOptions) {
    this.#options = options
  }

  /** One HTTP request. */
  answer(request: GraphRequest): GraphResponse {
    this.#options.tenant.directory.purgeExpired()
    if (request.segments[0]?.toLowerCase() !== '$batch') return this.#run(request, false)
    this.#options.requests.countOperation('POST /$batch')
    try {
      if (request.method !== 'POST') throw wrongMethod()
      return runBatch(request, item => this.#runItem(item))
    } catch (error) {
      return refusal(error, request, this.#options.tenant.clock.now())
    }
  }

  #runItem(item: GraphRequest): GraphResponse {
    const { faults } = this.#options
    const fault = faults.take({ target: 'item', method: item.method, path: item.path })
    if (fault === undefined) return this.#run(item, true)
    const done = fault.carriedOut ? this.#run(item, true) : undefined
    if (fault.status === undefined) return done ?? this.#run(item, true)
    return faultResponse(fault, item, this.#options.tenant.clock.now())
  }

  #run(request: GraphRequest, inBatch: boolean): GraphResponse {
    let operation = `${request.method} (unknown)`
    let response: GraphResponse
    try {
      const match = this.#route(request)
      operation = `${request.method} ${match.route.pattern}`
      response = this.#carryOut(request, match, operation)
    } catch (error) {
      response = refusal(error, request, this.#options.tenant.clock.now())
    }
    this.#record(request, operation, response.status, inBatch)
    return response
  }

  #route(request: GraphRequest): RouteMatch {
    const match = this.#options.router.find(request.method, request.segments)
    if (match === undefined) throw unknownSegment(request.segments.at(-1) ?? '')
    if (match === 'method') throw wrongMethod()
    return match
  }

  #carryOut(request: GraphRequest, match: RouteMatch, operation: string): GraphResponse {
    const { throttling } = this.#options
    const cost = costOf(operation, request, throttling?.bindsCostMore ?? false)
    const warning = throttling?.spend(request.appId, cost)
    const response = match.route.handler(request, ...match.parameters)
    const units = String(cost.resourceUnits)
    return { ...response, headers: { ...response.headers, ...warning, 'x-ms-resource-unit': units } }
  }

  #record(request: GraphRequest, operation: string, status: number, inBatch: boolean): void {
    const { requests, tenant } = this.#options
    requests.countOperation(operation)
    if (!isWrite(operation)) return
    requests.addWrite({
      at: graphDateTime(tenant.clock.now()),
      method: request.method,
      path: request.path,
      status,
      clientRequestId: request.headers['client-request-id'],
      traceparent: request.headers.traceparent,
      inBatch
    })
  }
}

/** An error's answer, in Graph's form. What is not a refusal is a fault of the emulator: 500, with its message. */
export function refusal(error: unknown, request: RequestIds, nowMs: number): GraphResponse {
  const known = error instanceof GraphError ? error : internalError(error)
  const { status, code, message, details, headers } = known
  const innerError = {
    date: graphDateTime(nowMs).slice(0, -1),
    'request-id': request.requestId,
    'client-request-id': request.headers['client-request-id'] ?? request.requestId
  }
  const body = { error: { code, message, ...(details.length > 0 ? { details } : {}), innerError } }
  return { status, headers, body }
}

export type RequestIds = Pick<GraphRequest, 'requestId' | 'headers'>

export function faultResponse(fault: Fault, request: RequestIds, nowMs: number): GraphResponse {
  const { status = 503, retryAfterSeconds } = fault
  const code = fault.code ?? (status === 429 ? 'TooManyRequests' : 'UnknownError')
  const message = fault.message ?? (status === 429 ? 'Please retry again later.' : '')
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }
  return refusal(new GraphError(status, code, message, { headers }), request, nowMs)
}

function internalError(error: unknown): GraphError {
  return new GraphError(
    500,
    'InternalServerError',
    error instanceof Error ? String(error.stack) : String(error)
  )
}
