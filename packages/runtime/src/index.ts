export { ConfigurationError, loadConfig } from './configuration.ts'
export { type Check, createHealth, type Health, type Readiness } from './health.ts'
export { createLogger, type Logger, type LoggerOptions } from './logger.ts'
export { runService, type ServiceContext } from './run-service.ts'
export { Secret } from './secret.ts'
export { type HealthServer, serveHealth } from './serve-health.ts'
export { listenForSignals, type Signals, StoppedError } from './signals.ts'
export { type SpanProcessor, startTelemetry, type TelemetryOptions, withSpan } from './telemetry.ts'
export { backoffMs, type UntilReadyOptions, untilReady } from './until-ready.ts'
export {
  booleanVariable,
  commonVariables,
  integerVariable,
  listVariable,
  POSTGRES_URL,
  pathVariable,
  portVariable,
  REDIS_URL,
  type SecretOptions,
  SWEEP_SECONDS,
  secret,
  secretUrlVariable,
  urlVariable,
  type VariableOptions
} from './variables.ts'
