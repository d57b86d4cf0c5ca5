import { createServer } from 'node:http'
import { waitFor } from '../wait-for.ts'

/** A span as OTLP/HTTP carries it in JSON (opentelemetry-proto, trace.proto), reduced to what tests look at. */
export interface ReceivedSpan {
  readonly service: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface TraceReceiver extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  spans(): readonly ReceivedSpan[]
  /** Waits until `choose` gives something of the spans received so far. */
  waitForSpans<T>(
    choose: (spans: readonly ReceivedSpan[]) => T | undefined,
    describe: string
  ): Promise<NonNullable<T>>
}

/** Receives traces where an OpenTelemetry collector would, and keeps them in memory. */
export async function startTraceReceiver(port = 0): Promise<TraceReceiver> {
  const received: ReceivedSpan[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.url === '/v1/traces')
        received.push(...spansIn(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('the trace receiver has no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans: () => received,
    waitForSpans: async (choose, describe) =>
      waitFor(() => choose(received), { describe, timeoutMs: 20_000 }) as never,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

interface KeyValue {
  readonly key: string
  readonly value?: {
    readonly stringValue?: string
    readonly intValue?: string | number
    readonly boolValue?: boolean
  }
}

interface Export {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] }
    readonly scopeSpans?: readonly {
      readonly spans?: readonly {
        readonly name: string
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly attributes?: readonly KeyValue[]
      }[]
    }[]
  }[]
}

function spansIn({ resourceSpans = [] }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = resource?.attributes?.find(({ key }) => key === 'service.name')?.value?.stringValue ?? ''
    return scopeSpans
      .flatMap(scope => scope.spans ?? [])
      .map(({ name, traceId, spanId, parentSpanId, attributes }) => ({
        service,
        name,
        traceId,
        spanId,
        parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
        attributes: record(attributes)
      }))
  })
}

function record(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value?.stringValue ?? value?.intValue ?? value?.boolValue])
  )
}
