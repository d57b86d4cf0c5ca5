import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { type SpanProcessor, startTelemetry, withSpan } from './telemetry.ts'

type FinishedSpan = Parameters<SpanProcessor['onEnd']>[0]

it('hands the trace on to the server that fetch calls', async () => {
  const finished: FinishedSpan[] = []
  await using _telemetry = startTelemetry('test', {
    spanProcessor: {
      onStart() {},
      onEnd: span => void finished.push(span),
      async forceFlush() {},
      async shutdown() {}
    }
  })
  const parents: unknown[] = []
  const server = createServer((request, response) => {
    parents.push(request.headers.traceparent)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const traceId = await withSpan('outer', { size: 1 }, async span => {
    await (await fetch(url)).text()
    return span.spanContext().traceId
  })
  server.close()

  expect(parents).toEqual([expect.stringContaining(traceId)])
  expect(finished.map(span => span.spanContext().traceId)).toEqual([traceId, traceId])
})
