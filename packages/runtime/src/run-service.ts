import { SetupError } from '@opendirsync/contracts'
import type { Static, TObject, TProperties } from 'typebox'
import { ConfigurationError, loadConfig } from './configuration.ts'
import { createHealth, type Health } from './health.ts'
import { createLogger, type Logger } from './logger.ts'
import { serveHealth } from './serve-health.ts'
import { listenForSignals } from './signals.ts'
import { startTelemetry } from './telemetry.ts'
import { untilReady } from './until-ready.ts'
import type { commonVariables } from './variables.ts'

/** What a service is given to start with. */
export interface ServiceContext<Config> {
  readonly config: Readonly<Config>
  readonly log: Logger
  /** Served at `HEALTH_HOST:HEALTH_PORT` as `/healthz` and `/readyz`. */
  readonly health: Health
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal
  /** `untilReady` with this service's log, health and signal. */
  readonly untilReady: <Result>(what: string, attempt: () => Promise<Result> | Result) => Promise<Result>
  /** Says that everything has started, and waits to be asked to stop. */
  readonly untilStopped: () => Promise<void>
}

type CommonProperties = typeof commonVariables & TProperties

const stopTimeoutMs = 30_000

/**
 * The life of a service: telemetry, configuration, log and health, then `start`, which opens things with
 * `await using` and ends with `await untilStopped()`. Things are closed in the reverse order.
 * A fault that a person must mend ends the process with code 1 and one line that says what to do.
 */
export async function runService<Properties extends CommonProperties>(
  name: string,
  schema: TObject<Properties>,
  start: (context: ServiceContext<Static<TObject<Properties>>>) => Promise<void>
): Promise<void> {
  await using _telemetry = startTelemetry(name)
  using signals = listenForSignals()
  let log = createLogger({ name })
  process.on('uncaughtException', error => {
    log.fatal({ err: error }, 'a fault that nothing caught')
    process.exit(1)
  })

  signals.signal.addEventListener('abort', () => endLater(log))

  try {
    const config = loadConfig(schema)
    const common = config as unknown as Static<TObject<typeof commonVariables>>
    log = createLogger({ name, level: common.LOG_LEVEL })
    const health = createHealth()
    health.report('service', 'is starting')
    await using server = await serveHealth({ host: common.HEALTH_HOST, port: common.HEALTH_PORT, health })

    await start({
      config,
      log,
      health,
      signal: signals.signal,
      untilReady: (what, attempt) => untilReady(log, what, attempt, { signal: signals.signal, health }),
      async untilStopped() {
        health.report('service', undefined)
        log.info({ health: server.url }, 'started')
        const received = await signals.received
        health.report('service', 'is stopping')
        log.info({ signal: received }, 'stopping')
      }
    })
    log.info('stopped')
  } catch (error) {
    if (!signals.signal.aborted) fail(log, error)
  }
}

function fail(log: Logger, error: unknown): void {
  process.exitCode = 1
  endLater(log)
  if (error instanceof ConfigurationError || error instanceof SetupError) log.fatal(error.message)
  else log.fatal({ err: error }, 'the service failed')
}

/** Whatever does not close in time is left behind: the orchestrator would kill the process anyway. */
function endLater(log: Logger): void {
  const timer = setTimeout(() => {
    log.error(`not everything closed within ${stopTimeoutMs / 1_000} s`)
    process.exit(1)
  }, stopTimeoutMs)
  timer.unref()
}
