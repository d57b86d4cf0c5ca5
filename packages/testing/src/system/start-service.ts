import { fileURLToPath } from 'node:url'
import { freePort } from '../processes/free-port.ts'
import { type Child, startChild } from '../processes/start-child.ts'
import { whileRunning } from '../processes/while-running.ts'
import { waitFor } from '../wait-for.ts'

export const serviceNames = ['import', 'transform', 'export', 'api'] as const
/** Those above are what a system needs; password-sync is started by whoever wants it. */
export type ServiceName = (typeof serviceNames)[number] | 'password-sync'

/** A log line as the service wrote it. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level?: string; readonly msg?: string }

export interface Service extends AsyncDisposable {
  readonly name: ServiceName
  readonly pid: number
  readonly exited: Child['exited']
  /** The log so far; the oldest lines go when there are very many. */
  log(): readonly LogLine[]
  /** @throws Error when it does not answer ready in time, with its last log lines. */
  ready(timeoutMs?: number): Promise<void>
  /** What `/readyz` says now: what is not ready, with the reason. */
  problems(): Promise<Readonly<Record<string, string>>>
  stop: Child['stop']
  kill9: Child['kill9']
}

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** As the Dockerfile has them: what a service needs of memory is measured as it is run. */
export const serviceNodeFlags = ['--max-semi-space-size=16', '--heap-growing-percent=20'] as const
const asInItsImage = { MALLOC_ARENA_MAX: '2' }

/** Runs `services/<name>/src/main.ts` as a process of its own. */
export async function startService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>
): Promise<Service> {
  const healthPort = await freePort()
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...serviceNodeFlags, `services/${name}/src/main.ts`],
    cwd: root,
    env: { ...asInItsImage, PATH: process.env.PATH ?? '', HEALTH_PORT: String(healthPort), ...environment }
  })
  const log = () => child.stdout.all().map(parsed)
  return {
    name,
    pid: child.pid,
    exited: child.exited,
    log,
    async ready(timeoutMs = 30_000) {
      const answer = () =>
        fetch(`http://127.0.0.1:${healthPort}/readyz`).then(async response => {
          if (response.status === 200) return true
          throw new Error(`${response.status} ${await response.text()}`)
        })
      await whileRunning(child, waitFor(answer, { timeoutMs, describe: `${name} to be ready` }))
    },
    async problems() {
      const response = await fetch(`http://127.0.0.1:${healthPort}/readyz`)
      return ((await response.json()) as { problems: Record<string, string> }).problems
    },
    stop: child.stop,
    kill9: child.kill9,
    [Symbol.asyncDispose]: child[Symbol.asyncDispose]
  }
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line)
  } catch {
    return { msg: line }
  }
}
