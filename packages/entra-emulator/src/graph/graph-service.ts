import { graphDateTime } from '../clock.ts'
import type { EmulatedTenant } from '../emulated-tenant.ts'
import type { Fault, Faults } from '../faults.ts'
import type { RequestLog } from '../request-log.ts'
import type { StaleReads } from '../state/stale-reads.ts'
import type { WritesByObject } from '../writes-by-object.ts'
import { type BatchAnswer, runBatch } from './batch.ts'
import { GraphError, unknownSegment, wrongMethod } from './graph-error.ts'
import type { GraphRequest, GraphResponse, GraphVersion } from './graph-request.ts'
import { costOf, isWrite } from './resource-units.ts'
import type { RouteMatch, Router } from './router.ts'
import type { Throttling } from './throttling.ts'

export interface GraphServiceOptions {
  readonly tenant: EmulatedTenant
  readonly routers: Readonly<Record<GraphVersion, Router>>
  readonly requests: RequestLog
  readonly faults: Faults
  readonly throttling: Throttling
  readonly staleReads: StaleReads
  readonly writesByObject: WritesByObject
}

/** Answers requests to Graph: metering, routing, refusals, and the log of writes. */
export class GraphService {
  readonly #options: GraphServiceOptions
  #throttledBatches = 0

  constructor(options: GraphServiceOptions) {
    this.#options = options
  }

  /** One HTTP request. */
  answer(request: GraphRequest): GraphResponse {
    this.#options.staleReads.catchUp()
    this.#options.tenant.directory.purgeExpired()
    if (request.segments[0]?.toLowerCase() !== '$batch') return this.#run(request, false)
    this.#options.requests.countOperation('POST /$batch')
    try {
      if (request.method !== 'POST') throw wrongMethod()
      return this.#withStatus(
        runBatch(request, item => this.#runItem(item)),
        request
      )
    } catch (error) {
      return refusal(error, request, this.#options.tenant.clock.now())
    }
  }

  /**
   * The envelope of a batch with throttled items: 200 by https://learn.microsoft.com/graph/json-batching, 424 by
   * https://learn.microsoft.com/graph/throttling#throttling-and-batching; `alternate` begins with 424.
   */
  #withStatus({ isThrottled, response }: BatchAnswer, { tenant }: GraphRequest): GraphResponse {
    if (!isThrottled) return response
    this.#throttledBatches += 1
    const { throttledBatchStatus: status } = tenant.behaviour
    if (status !== 'alternate') return { ...response, status }
    return { ...response, status: this.#throttledBatches % 2 === 1 ? 424 : 200 }
  }

  #runItem(item: GraphRequest): GraphResponse {
    const { faults } = this.#options
    const fault = faults.take({ target: 'item', method: item.method, path: item.path })
    if (fault === undefined) return this.#run(item, true)
    const done = fault.carriedOut ? this.#run(item, true) : undefined
    if (fault.status === undefined) return done ?? this.#run(item, true)
    this.#options.requests.countStatus(fault.status)
    return faultResponse(fault, item, this.#options.tenant.clock.now())
  }

  #run(request: GraphRequest, inBatch: boolean): GraphResponse {
    let operation = `${request.method} (unknown)`
    let response: GraphResponse
    const before = this.#options.tenant.directory.changes.sequence
    try {
      const match = this.#route(request)
      operation = `${request.method} ${match.route.pattern}`
      response = this.#carryOut(request, match, operation)
    } catch (error) {
      response = refusal(error, request, this.#options.tenant.clock.now())
    }
    this.#record(request, operation, response.status, inBatch)
    this.#options.writesByObject.record(operation, before)
    return response
  }

  #route(request: GraphRequest): RouteMatch {
    const match = this.#options.routers[request.version].find(request.method, request.segments)
    if (match === undefined) throw unknownSegment(request.segments.at(-1) ?? '')
    if (match === 'method') throw wrongMethod()
    return match
  }

  #carryOut(request: GraphRequest, match: RouteMatch, operation: string): GraphResponse {
    const { throttling } = this.#options
    const cost = costOf(operation, request, throttling.bindsCostMore)
    const warning = throttling.spend(request.appId, cost)
    const headers = { ...warning, 'x-ms-resource-unit': String(cost.resourceUnits) }
    try {
      const response = match.route.handler(this.#seen(request, operation), ...match.parameters)
      return { ...response, headers: { ...response.headers, ...headers } }
    } catch (error) {
      const response = refusal(error, request, this.#options.tenant.clock.now())
      return { ...response, headers: { ...response.headers, ...headers } }
    }
  }

  /** Reads may see what was; change tracking has a memory of its own. */
  #seen(request: GraphRequest, operation: string): GraphRequest {
    if (isWrite(operation) || operation.endsWith('/delta')) return request
    const directory = this.#options.staleReads.directory()
    return directory === request.tenant.directory
      ? request
      : { ...request, tenant: { ...request.tenant, directory } }
  }

  #record(request: GraphRequest, operation: string, status: number, inBatch: boolean): void {
    const { requests, tenant } = this.#options
    requests.countOperation(request.version === 'beta' ? operation.replace(' /', ' /beta/') : operation)
    requests.countStatus(status)
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
    ...(status === 429 && throttledInnerError),
    date: graphDateTime(nowMs).slice(0, -1),
    'request-id': request.requestId,
    'client-request-id': request.headers['client-request-id'] ?? request.requestId
  }
  const body = { error: { code, message, ...(details.length > 0 ? { details } : {}), innerError } }
  return { status, headers, body }
}

/** As https://learn.microsoft.com/graph/throttling#sample-response has it. */
const throttledInnerError = { code: '429', message: 'Please retry after', status: '429' }

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
