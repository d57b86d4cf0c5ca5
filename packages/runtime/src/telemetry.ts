import { type Attributes, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node'

export type SpanProcessor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number]

export interface TelemetryOptions {
  /** Sees every span. Takes the place of the exporter. */
  readonly spanProcessor?: SpanProcessor
}

const tracerName = 'opendirsync'

/**
 * Starts OpenTelemetry for this process. Traces leave it only when `OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_TRACES_EXPORTER` is set; else spans are made and dropped, so
 * that log lines have trace ids and contexts travel all the same. Disposing flushes what is left.
 * The instrumentation of fetch listens on a diagnostics channel, so this may be called at any time.
 */
export function startTelemetry(serviceName: string, options: TelemetryOptions = {}): AsyncDisposable {
  const sdk = new NodeSDK({
    serviceName: process.env.OTEL_SERVICE_NAME ?? serviceName,
    instrumentations: [new UndiciInstrumentation({ requireParentforSpans: true })],
    metricReaders: [],
    logRecordProcessors: [],
    ...destination(options)
  })
  sdk.start()
  return {
    // A collector that does not answer must not keep the service from stopping well.
    [Symbol.asyncDispose]: () => sdk.shutdown().catch(() => undefined)
  }
}

/** Runs `work` in a span of this name. A failure is recorded on the span and thrown on. */
export function withSpan<Result>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<Result>
): Promise<Result> {
  return trace.getTracer(tracerName).startActiveSpan(name, { attributes }, async span => {
    try {
      return await work(span)
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

function destination({ spanProcessor }: TelemetryOptions): Partial<NodeSDKConfiguration> {
  if (spanProcessor !== undefined) return { spanProcessors: [spanProcessor] }
  // With a kind of exporter named, OpenTelemetry reads its own variables.
  if (isSet('OTEL_TRACES_EXPORTER')) return {}
  if (isSet('OTEL_EXPORTER_OTLP_ENDPOINT') || isSet('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')) {
    return { traceExporter: new OTLPTraceExporter() }
  }
  return { spanProcessors: [dropping] }
}

function isSet(variable: string): boolean {
  return (process.env[variable] ?? '') !== ''
}

const dropping: SpanProcessor = {
  onStart() {},
  onEnd() {},
  async forceFlush() {},
  async shutdown() {}
}
