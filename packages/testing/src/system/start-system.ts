import { randomBytes } from 'node:crypto'
import { startPostgres } from '../postgres/start-postgres.ts'
import { freePort } from '../processes/free-port.ts'
import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { type Redis, startRedis } from '../redis.ts'
import type { SambaDomain } from '../samba/start-samba-domain.ts'
import { type SystemConnector, writeConnectorsFile } from './connectors-file.ts'
import { serviceEnvironment } from './service-environment.ts'
import { type EmulatorProcess, type EmulatorProcessOptions, startEmulator } from './start-emulator.ts'
import { type Service, type ServiceName, serviceNames, startService } from './start-service.ts'

export interface SystemOptions {
  /** The directory, unless there are `connectors`; and the one whose name is the tenant's verified domain. */
  readonly domain: SambaDomain
  /** In place of the domain alone: what the importer is told in a connectors file. */
  readonly connectors?: readonly SystemConnector[]
  /** Which services to start at once; all of them unless told otherwise. */
  readonly services?: readonly ServiceName[]
  /** For every service, or for one: variables that differ from the usual ones. */
  readonly environment?: Readonly<Record<string, string>>
  /** The tenant's verified domains; by default that of the directory. */
  readonly verifiedDomains?: readonly string[]
  /** Microsoft's quotas, or others. */
  readonly throttling?: EmulatorProcessOptions['throttling']
  /** Lag, stale reads, behaviour and seed of the tenant. */
  readonly tenant?: Omit<EmulatorProcessOptions, 'domains' | 'port' | 'throttling'>
}

export interface System extends AsyncDisposable {
  readonly domain: SambaDomain
  readonly emulator: EmulatorProcess
  readonly postgres: { readonly url: string }
  readonly redis: Redis
  readonly api: { readonly url: string; readonly key: string }
  /** The service that runs under this name. */
  service(name: ServiceName): Service
  /** Starts a service, with other variables if need be; an ended one of the name is forgotten. */
  start(name: ServiceName, environment?: Readonly<Record<string, string>>): Promise<Service>
  /** Starts one more process of a service, beside the one that runs under the name. */
  startAnother(name: ServiceName, environment?: Readonly<Record<string, string>>): Promise<Service>
  /** Calls the REST API with the key. */
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<ApiAnswer>
}

/** The whole of OpenDirSync on a domain: an emulated tenant, PostgreSQL, Redis, and each service as its own process. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { domain } = options
  await using started = new AsyncDisposableStack()
  const [postgres, redis, emulator] = await Promise.all([
    startPostgres().then(server => started.use(server)),
    startRedis().then(server => started.use(server)),
    startEmulator({
      domains: options.verifiedDomains ?? [domain.dnsName],
      throttling: options.throttling ?? false,
      ...options.tenant
    }).then(server => started.use(server))
  ])
  const postgresUrl = await postgres.createDatabase()
  const directories =
    options.connectors === undefined
      ? domain
      : await writeConnectorsFile(started.use(makeTemporaryFolder('connectors')).path, options.connectors)
  const apiPort = await freePort()
  const key = randomBytes(24).toString('base64url')
  const api = { url: `http://127.0.0.1:${apiPort}`, key }
  const usual = {
    ...serviceEnvironment({
      directories,
      graph: emulator.graph,
      postgresUrl,
      redisUrl: redis.url,
      apiPort,
      apiKey: key
    }),
    ...options.environment
  }

  const services = new Map<ServiceName, Service>()
  const others: Service[] = []
  started.defer(async () => {
    await Promise.all([...services.values(), ...others].map(service => service.stop()))
  })
  async function startAnother(name: ServiceName, environment: Readonly<Record<string, string>> = {}) {
    const service = await startService(name, { ...usual, ...environment })
    others.push(service)
    return service
  }
  async function start(
    name: ServiceName,
    environment: Readonly<Record<string, string>> = {}
  ): Promise<Service> {
    const service = await startService(name, { ...usual, ...environment })
    services.set(name, service)
    return service
  }
  const wanted = options.services ?? serviceNames
  await Promise.all(wanted.map(name => start(name).then(service => service.ready())))

  const running = started.move()
  return {
    domain,
    emulator,
    postgres: { url: postgresUrl },
    redis,
    api,
    start,
    startAnother,
    service(name) {
      const service = services.get(name)
      if (service === undefined) throw new Error(`the service ${name} was not started`)
      return service
    },
    call: (method, path, body) => callApi(api, { method, path, body }),
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

export interface ApiRequest {
  readonly method: string
  readonly path: string
  /** An object goes as JSON, a text as CSV. */
  readonly body: object | string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Calls a REST API with its key. */
export async function callApi(
  { url, key }: System['api'],
  { method, path, body, headers = {} }: ApiRequest
): Promise<ApiAnswer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...contentType(body), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

function contentType(body: ApiRequest['body']): Record<string, string> {
  if (body === undefined) return {}
  return { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }
}
