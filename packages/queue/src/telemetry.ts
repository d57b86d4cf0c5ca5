import { type Context, type Span as OtelSpan, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { type Span, SpanKind, type Telemetry } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'

/**
 * Carries the trace from the publisher through the message to the consumer: an `add` span on one side, a
 * `process` span on the other. BullMQ's own housekeeping (fetching, locks, stalled checks) makes no spans.
 */
export function queueTelemetry(tracerName: string): Telemetry<Context> {
  const { tracer, contextManager } = new BullMQOtel({ tracerName })
  return {
    tracer: {
      startSpan(name, options, context) {
        if (options?.kind === SpanKind.INTERNAL) return housekeeping
        return tracer.startSpan(name, options, context)
      }
    },
    contextManager: {
      with: (context, work) => contextManager.with(context, work),
      active: () => contextManager.active(),
      getMetadata: context => contextManager.getMetadata(context),
      fromMetadata: (active, metadata) => contextManager.fromMetadata(active, metadata),
      // Its loops must not belong to the trace in which a worker happened to be made.
      root: () => ROOT_CONTEXT
    }
  }
}

/** The span of the message that is being handled. */
export function activeSpan(): OtelSpan | undefined {
  return trace.getActiveSpan()
}

const housekeeping: Span<Context> = {
  setSpanOnContext: context => context,
  setAttribute() {},
  setAttributes() {},
  addEvent() {},
  recordException() {},
  end() {}
}
