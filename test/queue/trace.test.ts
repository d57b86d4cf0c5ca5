import { randomUUID } from 'node:crypto'
import { queues as definitions } from '@opendirsync/contracts'
import { connectQueues } from '@opendirsync/queue'
import { type SpanProcessor, startTelemetry, withSpan } from '@opendirsync/runtime'
import { startRedis, waitFor } from '@opendirsync/testing'
import { expect, it } from 'vitest'
import { recordingLog } from './recorder.ts'

type FinishedSpan = Parameters<SpanProcessor['onEnd']>[0]

it('one trace spans publish, consume, and what the consumer publishes in turn', async () => {
  const spans: FinishedSpan[] = []
  await using _telemetry = startTelemetry('test', {
    spanProcessor: {
      onStart() {},
      onEnd: span => void spans.push(span),
      async forceFlush() {},
      async shutdown() {}
    }
  })
  await using redis = await startRedis()
  const { log } = recordingLog()
  await using queues = connectQueues({ redisUrl: redis.url, log })
  const written: string[] = []
  await using _transform = queues.consume(
    definitions.objectStaged,
    { concurrency: 4 },
    async ({ objectGuids }) => {
      await queues.publish(definitions.exportPending, { entryIds: objectGuids })
      return 'synchronised'
    }
  )
  await using _export = queues.consume(
    definitions.exportPending,
    { concurrency: 4 },
    async ({ entryIds }) => {
      await withSpan('write', {}, async () => void written.push(...entryIds))
      return 'written'
    }
  )

  const traces = new Map<string, string>()
  for (const connector of ['a', 'b']) {
    await withSpan('import page', {}, async span => {
      const guid = randomUUID()
      traces.set(guid, span.spanContext().traceId)
      await queues.publish(definitions.objectStaged, { connector, objectGuids: [guid] })
    })
  }
  await waitFor(() => written.length === 2)
  await waitFor(() => spans.filter(({ name }) => name === 'process export-pending').length === 2)

  for (const traceId of traces.values()) {
    const names = spans.filter(span => span.spanContext().traceId === traceId).map(({ name }) => name)
    expect(names.toSorted()).toEqual([
      'addBulk export-pending',
      'addBulk object-staged',
      'import page',
      'process export-pending',
      'process object-staged',
      'write'
    ])
  }
  // Nothing else makes spans: no fetching, no locks, no stalled checks.
  expect(new Set(spans.map(span => span.spanContext().traceId))).toEqual(new Set(traces.values()))
})
