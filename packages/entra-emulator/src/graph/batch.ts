import { bodyObject } from './body.ts'
import { malformed } from './graph-error.ts'
import type { GraphRequest, GraphResponse } from './graph-request.ts'
import { parsePath, type RequestPath } from './request-path.ts'

const batchLimit = 20

interface BatchItem {
  readonly id: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly dependsOn: readonly string[]
}

interface ItemResponse {
  readonly id: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Carries out one item as if it had come alone. */
export type ItemRunner = (request: GraphRequest) => GraphResponse

/**
 * `POST /$batch`: up to 20 requests, each metered and answered on its own. An item whose dependency failed
 * is answered 424 and not carried out.
 */
export function runBatch(request: GraphRequest, run: ItemRunner): BatchAnswer {
  const items = readItems(request)
  const responses = new Map<string, ItemResponse>()
  const byId = new Map(items.map(item => [item.id.toLowerCase(), item]))
  for (const item of items) runItem(item, { request, run, byId, responses, running: new Set() })
  const all = [...responses.values()]
  return {
    isThrottled: all.some(response => response.status === 429),
    response: { status: 200, body: { responses: all } }
  }
}

export interface BatchAnswer {
  readonly isThrottled: boolean
  readonly response: GraphResponse
}

interface BatchRun {
  readonly request: GraphRequest
  readonly run: ItemRunner
  readonly byId: ReadonlyMap<string, BatchItem>
  readonly responses: Map<string, ItemResponse>
  /** The items that wait for this one: meeting one of them again is a cycle. */
  readonly running: Set<string>
}

function runItem(item: BatchItem, batch: BatchRun): ItemResponse {
  const known = batch.responses.get(item.id)
  if (known !== undefined) return known
  if (batch.running.has(item.id)) throw malformed('Requests in the batch depend on one another.')
  batch.running.add(item.id)
  const dependencies = item.dependsOn.map(id => runItem(requireItem(batch, id), batch))
  batch.running.delete(item.id)
  const failed = dependencies.some(response => response.status >= 400)
  const response = failed ? failedDependency(item.id) : itemResponse(item.id, runAlone(item, batch))
  batch.responses.set(item.id, response)
  return response
}

function runAlone(item: BatchItem, { request, run }: BatchRun): GraphResponse {
  return run({
    ...request,
    ...itemPath(item.url),
    method: item.method,
    headers: itemHeaders(item.headers, request),
    body: item.body
  })
}

function itemPath(url: string): RequestPath {
  return parsePath(url.startsWith('/') ? url : `/${url}`)
}

/** An item has its own headers only; the ids that follow a call through systems are taken from the envelope. */
function itemHeaders(own: Readonly<Record<string, string>>, envelope: GraphRequest) {
  const headers: Record<string, string | undefined> = {
    'client-request-id': envelope.headers['client-request-id'],
    traceparent: envelope.headers.traceparent
  }
  for (const name in own) headers[name.toLowerCase()] = own[name]
  return headers
}

/** Without a body there is no Content-Type either: clients that find one try to read the body. */
function itemResponse(id: string, { status, headers, body }: GraphResponse): ItemResponse {
  if (body === undefined) return headers === undefined ? { id, status } : { id, status, headers }
  if (typeof body === 'string') return { id, status, headers: { ...headers }, body: base64(body) }
  return { id, status, headers: { ...headers, 'Content-Type': 'application/json' }, body }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function failedDependency(id: string): ItemResponse {
  const message = 'The request depended on another request and that request failed.'
  return {
    id,
    status: 424,
    headers: { 'Content-Type': 'application/json' },
    body: { error: { code: 'FailedDependency', message } }
  }
}

function requireItem(batch: BatchRun, id: string): BatchItem {
  const item = batch.byId.get(id.toLowerCase())
  if (item === undefined)
    throw malformed(`The request '${id}' that another one depends on is not in the batch.`)
  return item
}

function readItems(request: GraphRequest): BatchItem[] {
  const { requests } = bodyObject(request)
  if (!Array.isArray(requests) || requests.length === 0) {
    throw malformed("Invalid batch payload format: 'requests' must hold at least one request.")
  }
  if (requests.length > batchLimit) {
    throw malformed(`Number of batch request steps exceeds the maximum value of ${batchLimit}.`)
  }
  const items = requests.map(readItem)
  const ids = new Set(items.map(item => item.id.toLowerCase()))
  if (ids.size < items.length) throw malformed('Request ids in a batch must be unique.')
  return items
}

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

function readItem(value: unknown): BatchItem {
  const { id, method, url, headers = {}, body, dependsOn = [] } = recordOf(value)
  if (typeof id !== 'string' || id === '')
    throw malformed('Invalid batch payload format: a request has no id.')
  if (typeof method !== 'string' || !methods.has(method.toUpperCase())) {
    throw malformed(`Invalid batch payload format: request '${id}' has no known method.`)
  }
  if (typeof url !== 'string' || url === '' || /^https?:/i.test(url)) {
    throw malformed(`Invalid batch payload format: the url of request '${id}' must be relative.`)
  }
  if (/^\/?\$batch/.test(url)) throw malformed('Batch requests cannot be nested.')
  if (!Array.isArray(dependsOn)) throw malformed(`Invalid dependsOn in request '${id}'.`)
  const itemHeaders = stringsOf(headers)
  if (body !== undefined && body !== null && !hasContentType(itemHeaders)) {
    throw malformed(`Write request id : ${id} does not contain Content-Type header or body.`)
  }
  return {
    id,
    method: method.toUpperCase(),
    url,
    headers: itemHeaders,
    body: body ?? undefined,
    dependsOn: dependsOn.map(String)
  }
}

function hasContentType(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some(name => name.toLowerCase() === 'content-type')
}

function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(recordOf(value)).map(([name, each]) => [name, String(each)]))
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('Invalid batch payload format.')
  }
  return Object.fromEntries(Object.entries(value))
}
