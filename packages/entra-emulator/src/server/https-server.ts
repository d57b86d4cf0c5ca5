import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerSyncService, type SyncEndpointOptions } from '../sync-service/http-endpoint.ts'
import { syncServicePath } from '../sync-service/sync-service.ts'
import type { ManagedIdentityEndpoint } from '../token/managed-identity.ts'
import type { TokenService } from '../token/token-service.ts'
import { type AdminOptions, answerAdmin } from './admin-endpoint.ts'
import { answerGraph, type GraphEndpointOptions } from './graph-endpoint.ts'
import { readText, send, sendJson } from './http-exchange.ts'

export interface HttpsServerOptions {
  readonly port: number
  readonly host: string
  readonly keyPem: string
  readonly certificatePem: string
  readonly graph: GraphEndpointOptions
  readonly admin: AdminOptions
  readonly syncService: SyncEndpointOptions
  readonly tokenService: TokenService
  readonly managedIdentity: ManagedIdentityEndpoint
}

/** Idle connections outlive the pools of the clients, so that no client meets one that is just being closed. */
const keepAliveTimeoutMs = 75_000

/**
 * One address for Graph (`/v1.0`, `/beta`), the token service (`/{tenant}`), the synchronization service
 * (`/provisioningservice.svc`) and the admin surface (`/emulator`).
 */
export async function startHttpsServer(
  options: HttpsServerOptions
): Promise<{ server: Server; port: number }> {
  const server = createServer({ key: options.keyPem, cert: options.certificatePem }, (message, response) => {
    answer(options, message, response).catch((error: unknown) => {
      if (response.headersSent || message.destroyed) message.socket.destroy()
      else sendJson(response, 400, { error: { code: 'BadRequest', message: String(error) } })
    })
  })
  server.keepAliveTimeout = keepAliveTimeoutMs
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return { server, port: portOf(server.address()) }
}

async function answer(
  options: HttpsServerOptions,
  message: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const url = message.url ?? '/'
  const origin = `https://${message.headers.host ?? 'localhost'}`
  if (/^\/(v1\.0|beta)\//.test(url)) return await answerGraph(options.graph, message, response, origin)
  const method = message.method ?? 'GET'
  const path = url.split('?')[0] ?? '/'
  if (path.startsWith('/emulator/')) {
    const { status, body } = answerAdmin(options.admin, method, path, await readText(message))
    return sendJson(response, status, body)
  }
  if (path === syncServicePath) return await answerSyncService(options.syncService, message, response)
  await answerToken(options, { message, response, method, path, origin })
}

interface TokenExchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly path: string
  readonly origin: string
}

async function answerToken(options: HttpsServerOptions, exchange: TokenExchange): Promise<void> {
  const { message, response, method, path } = exchange
  const body = await readText(message)
  options.graph.requests.countToken()
  const fault = options.graph.faults.take({ target: 'token', method, path })
  if (fault?.delayMs !== undefined) await new Promise(resolve => setTimeout(resolve, fault.delayMs))
  if (fault?.drop) {
    message.socket.destroy()
    return
  }
  if (fault?.status !== undefined) {
    const headers: Record<string, string> =
      fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) }
    return sendJson(response, fault.status, { error: 'temporarily_unavailable' }, headers)
  }
  const answer = await tokenAnswer(options, exchange, body)
  if (answer === undefined) return send(response, 404, {}, undefined)
  sendJson(response, answer.status, answer.body, { 'Cache-Control': 'no-store, no-cache' })
}

async function tokenAnswer(options: HttpsServerOptions, exchange: TokenExchange, body: string) {
  const { message, method, path, origin } = exchange
  if (method !== 'GET' || path !== '/msi/token') {
    return await options.tokenService.answer(method, path, body, origin)
  }
  const secret = message.headers['x-identity-header']
  const { searchParams } = new URL(message.url ?? '', origin)
  return await options.managedIdentity.answer(searchParams, typeof secret === 'string' ? secret : undefined)
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}
