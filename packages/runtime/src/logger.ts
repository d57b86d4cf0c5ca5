import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'

export type Logger = PinoLogger

export interface LoggerOptions {
  /** The service, as every line names it. */
  readonly name: string
  readonly level?: string
  /** Standard output unless said otherwise. */
  readonly destination?: DestinationStream
}

const sensitive = [
  'password',
  'secret',
  'clientSecret',
  'authorization',
  'Authorization',
  'key',
  'apiKey',
  'token',
  'accessToken',
  'cookie',
  'unicodePwd',
  '["x-api-key"]'
]

/** One JSON object a line. Fields that usually hold credentials are cut out, at three depths. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    redact: { paths: sensitive.flatMap(pathsOf), censor: '[redacted]' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: activeTrace
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** The ids that lead from a log line to its trace. */
function activeTrace(): { trace_id?: string; span_id?: string } {
  const context = trace.getActiveSpan()?.spanContext()
  if (context === undefined || !isSpanContextValid(context)) return {}
  return { trace_id: context.traceId, span_id: context.spanId }
}

function pathsOf(field: string): string[] {
  const step = field.startsWith('[') ? field : `.${field}`
  return [field, `*${step}`, `*.*${step}`]
}
