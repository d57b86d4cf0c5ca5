import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SetupError } from '@opendirsync/contracts'
import type { Health } from './health.ts'

export interface HealthServer extends AsyncDisposable {
  /** Where it listens, with the port that was taken. */
  readonly url: string
}

export interface HealthServerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly health: Health
}

/**
 * `GET /healthz`: 200 as long as the process turns. `GET /readyz`: 200, or 503 with what is not ready.
 * @throws SetupError when it cannot listen there.
 */
export async function serveHealth({ host, port, health }: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/healthz') answer(response, 200, { status: 'ok' })
    else if (path === '/readyz') void answerReadiness(response, health)
    else answer(response, 404, { status: 'not found' })
  })
  server.listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SetupError(
      'health-address',
      `Health cannot be served at ${host}:${port} (${code}). Set HEALTH_HOST and HEALTH_PORT to an address that is free.`,
      { cause: error }
    )
  }
  const address = server.address() as AddressInfo
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    }
  }
}

async function answerReadiness(response: ServerResponse, health: Health): Promise<void> {
  const { ready, problems } = await health.read()
  answer(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', problems })
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
