import { fileURLToPath } from 'node:url'
import { startChild } from '../processes/start-child.ts'
import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { whileRunning } from '../processes/while-running.ts'
import { waitFor } from '../wait-for.ts'
import type { GraphAccess } from './graph-access.ts'
import { HttpsJson } from './https-json.ts'

/** What the emulator counted since it started or was reset. */
export interface RequestCounts {
  readonly total: number
  readonly writes: number
  readonly byOperation: Readonly<Record<string, number>>
  /** The last writes, each also when it was part of a batch. */
  readonly log: readonly { readonly method: string; readonly path: string; readonly status: number }[]
}

/** A fault that the emulator shows to the next requests; its README has all fields. */
export interface Fault {
  readonly times?: number
  readonly target?: 'request' | 'item' | 'token'
  readonly method?: string
  readonly pathContains?: string
  readonly status?: number
  readonly retryAfterSeconds?: number
  readonly delayMs?: number
  readonly drop?: boolean
  /** Only the answer is lost or late: the request was carried out. */
  readonly carriedOut?: boolean
}

export interface EmulatorProcess extends AsyncDisposable {
  readonly graph: GraphAccess
  readonly pid: number
  requests(): Promise<RequestCounts>
  resetRequests(): Promise<void>
  addFault(fault: Fault): Promise<void>
  clearFaults(): Promise<void>
  /** `roles`, `contacts`, `objects` or `extensions`: what no application can do. The emulator's README has the bodies. */
  administer(what: 'roles' | 'contacts' | 'objects' | 'extensions', body: object): Promise<unknown>
  /** Changes what the application must prove itself with, and takes its tokens back. */
  setClientSecret(clientSecret: string): Promise<void>
}

const program = fileURLToPath(new URL('../../../entra-emulator/src/main.ts', import.meta.url))

/** The emulated tenant as a process of its own, as `npm run entra-emulator` starts it. */
export async function startEmulator(
  options: { domains?: readonly string[]; port?: number; throttling?: boolean } = {}
): Promise<EmulatorProcess> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(makeTemporaryFolder('entra-emulator'))
  const args = ['--json', '--port', String(options.port ?? 0), '--folder', folder.path]
  for (const domain of options.domains ?? ['corp.example.test']) args.push('--domain', domain)
  if (options.throttling === true) args.push('--throttling')
  const child = started.use(
    await startChild({ name: 'entra-emulator', command: process.execPath, args: [program, ...args] })
  )
  const line = await whileRunning(
    child,
    waitFor(() => child.stdout.all()[0], { describe: 'the emulator to say its addresses', timeoutMs: 30_000 })
  )
  const { graph } = JSON.parse(line) as { graph: GraphAccess }
  const https = started.use(new HttpsJson(graph.caFile))
  const running = started.move()

  async function admin(method: string, path: string, body?: object): Promise<unknown> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { 'content-type': 'application/json' }
    const answer = await https.send(`${graph.url}/emulator/${path}`, { method, headers, ...json })
    if (answer.status >= 300) throw new Error(`the emulator answered ${answer.status} to ${method} ${path}`)
    return answer.body
  }

  return {
    graph,
    pid: child.pid,
    requests: async () => (await admin('GET', 'requests')) as RequestCounts,
    resetRequests: async () => void (await admin('POST', 'requests/reset')),
    addFault: async fault => void (await admin('POST', 'faults', fault)),
    clearFaults: async () => void (await admin('POST', 'faults/clear')),
    administer: (what, body) => admin('POST', what, body),
    setClientSecret: async clientSecret =>
      void (await admin('POST', 'credentials', { clientSecret, revokeTokens: true })),
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}
